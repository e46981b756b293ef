/** Users that stand in no file: a module of the name service knows them, as those of LDAP and SSSD do. */
import { dirname } from "node:path";
import { assertEquals } from "../assert.ts";
import { buildLibrary } from "./build_program.ts";
import { kernelTest, ownMounts, withFalcod } from "./harness.ts";

const RULES = `- rule: Touched
  desc: a name of its own was used
  condition: evt.type in (open, openat) and fd.name endswith /marked-by-the-test
  output: >
    user=%user.name home=%user.homedir shell=%user.shell group=%group.name login=%user.loginname
  priority: INFO
- rule: Touched by Ada
  desc: the name is part of a condition
  condition: evt.type in (open, openat) and fd.name endswith /by-ada and user.name = ada@example.org
  output: it was her
  priority: INFO
`;

/** falcod with a nsswitch.conf of its own, which names the module. */
async function withRemoteUsers(body: Parameters<typeof withFalcod>[1]): Promise<void> {
  const library = await buildLibrary("nss_remote", "libnss_remote.so.2");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/rules.yaml`, RULES);
    await Deno.writeTextFile(
      `${folder}/nsswitch.conf`,
      "passwd: files remote\ngroup: files remote\n",
    );
    await withFalcod({
      rules: [`${folder}/rules.yaml`],
      through: ownMounts(`mount --bind ${folder}/nsswitch.conf /etc/nsswitch.conf`),
      env: { LD_LIBRARY_PATH: dirname(library) },
    }, body);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** With time for the name service between becoming somebody and acting as somebody. */
const as = (id: number, command: string) =>
  `setpriv --reuid ${id} --regid ${id} --clear-groups sh -c 'sleep 0.3; ${command}'`;

kernelTest(
  "users and groups that stand in no file have the names the name service gives them",
  async () => {
    await withRemoteUsers(async (falcod) => {
      const [alert] = await falcod.alertsOf(as(54321, "cat /marked-by-the-test"));
      assertEquals(
        alert?.output.replace(/^.*user=/, "user=").replace(/ login=.*/, ""),
        "user=ada@example.org home=/home/remote/ada shell=/bin/remote-sh group=engineers@example.org",
      );
      const [named] = await falcod.alertsOf(as(54321, "cat /by-ada"));
      assertEquals(named?.rule, "Touched by Ada");
    });
  },
);

kernelTest("a name service that does not answer holds up nothing, not even the end", async () => {
  await withRemoteUsers(async (falcod) => {
    const [alert] = await falcod.alertsOf(as(54322, "cat /marked-by-the-test"));
    assertEquals(alert?.output_fields["user.name"], "<NA>");
    const { code } = await falcod.stop();
    assertEquals(code, 0);
  });
});
