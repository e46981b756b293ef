/** falcod in a container that has the host's files below HOST_ROOT, in the manner of Falco's images. */
import { assert, assertEquals } from "../assert.ts";
import { kernelTest, withFalcod } from "./harness.ts";

const RULE = `- rule: Touched
  desc: a name of its own was used
  condition: evt.type in (open, openat) and fd.name endswith /marked-by-the-test
  output: user=%user.name parent=%proc.pname env=%proc.pid
  priority: INFO
`;

/** A pid namespace with a /proc of its own; the machine's is below $root, with another /etc/passwd. */
const CONTAINER = `
mkdir -p $root/proc $root/etc
mount --rbind /proc $root/proc
printf 'captain:x:0:0::/root:/bin/sh\\n' > $root/etc/passwd
exec unshare --pid --fork --kill-child --mount-proc "$@"`;

async function inContainer(
  env: Readonly<Record<string, string>>,
  body: Parameters<typeof withFalcod>[1],
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/rules.yaml`, RULE);
    const script = `root=${folder}/host\n${CONTAINER}`;
    await withFalcod({
      rules: [`${folder}/rules.yaml`],
      through: ["unshare", "--mount", "sh", "-ec", script, "sh"],
      env: Object.fromEntries(
        Object.entries(env).map(([name, value]) => [name, value.replace("$", `${folder}/host`)]),
      ),
    }, body);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

kernelTest("with HOST_ROOT, processes and users are the machine's", async () => {
  await inContainer({ HOST_ROOT: "$" }, async (falcod, stage) => {
    const [alert] = await falcod.alertsOf("cat /marked-by-the-test");
    assertEquals(alert?.output_fields["user.name"], "captain");
    assertEquals(alert?.output_fields["proc.pname"], "sh");
    assertEquals(/container does not see/.test(falcod.log), false);
    assertEquals(await stage.run("echo alive"), "alive");
  });
});

kernelTest("falcod says so where it cannot see the machine's processes", async () => {
  const { stderr } = await new Deno.Command("unshare", {
    args: [
      ...["--pid", "--fork", "--kill-child", "--mount-proc"],
      ...[Deno.execPath(), "run", "--no-prompt", "--allow-all", "main.ts", "run"],
      // Nobody has that id: nothing is watched.
      ...["--scope", "pid:4000000"],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert(said.includes("does not see the machine's processes"), said);
});
