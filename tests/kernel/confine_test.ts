/** What the kernel refuses a process that is confined, whatever its runtime would let it do. */
import { runtimeNeeds } from "../../core/app/guests.ts";
import { confine } from "../../ffi/mod.ts";
import { assertEquals, assertObjectMatch } from "../assert.ts";

const hasLandlock = confine.landlockVersion() >= 4;
const LIBRARIES = ["/lib", "/lib64", "/usr/lib"];

async function outcomesOf(
  more: { readonly net?: boolean; readonly run?: boolean; readonly ports?: readonly number[] } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { net = false, run = false, ports = [] } = more;
  const { runtimeFolders, runtimeEnvironment } = runtimeNeeds((name) => Deno.env.get(name));
  const policy = {
    read: [
      ...runtimeFolders,
      ...LIBRARIES,
      "/etc/ld.so.cache",
      "/dev/urandom",
      "/dev/null",
      "/proc/self",
    ],
    execute: [Deno.execPath(), ...LIBRARIES, ...run ? ["/bin/true"] : []],
    allowed: { net, run, files: true },
    ports: ports.length > 0 ? [listener.addr.port] : [],
    port: listener.addr.port,
    parent: Deno.pid,
  };
  const program = new URL("confined_program.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, "confine", JSON.stringify(policy)],
    // A place that everybody may be in: the clone may be under /root.
    cwd: "/",
    env: { ...runtimeEnvironment },
  }).output();
  listener.close();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test({
  name: "a confined process reads, writes, connects, runs and signals nothing",
  ignore: !hasLandlock,
  fn: async () => {
    assertEquals(await outcomesOf(), {
      changed: Deno.uid() === 0,
      refused: true,
      read: "PermissionDenied",
      granted: "did it: read",
      write: "PermissionDenied",
      connect: "PermissionDenied",
      socket: "PermissionDenied",
      run: "PermissionDenied",
      kill: "PermissionDenied",
      thread: "did it: answered",
    });
  },
});

Deno.test({
  name: "a confined process connects to the ports it may, and runs the programs it may",
  ignore: !hasLandlock,
  fn: async () => {
    const wrong = await outcomesOf({ net: true });
    assertObjectMatch(wrong, { connect: "PermissionDenied", socket: "PermissionDenied" });
    const right = await outcomesOf({ net: true, run: true, ports: [1] });
    assertEquals(String(right.connect).startsWith("did it"), true);
    assertEquals(right.run, "did it: 0");
    assertObjectMatch(right, { read: "PermissionDenied", kill: "PermissionDenied" });
  },
});
