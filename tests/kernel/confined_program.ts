/**
 * A program that confines itself as a plugin's process does, and then tries with all of the runtime's
 * permissions what only the kernel can refuse now. Prints a JSON object of what came of it.
 *
 *     deno run -A confined_program.ts confine POLICY
 */
import { confine } from "../../ffi/mod.ts";

interface Policy {
  readonly read: readonly string[];
  readonly execute: readonly string[];
  readonly allowed: { readonly net: boolean; readonly run: boolean; readonly files: boolean };
  readonly ports: readonly number[];
  readonly port: number;
  readonly parent: number;
}

const [stage, text] = Deno.args;
const policy: Policy = JSON.parse(text!);

if (stage === "confine") {
  confine.leaveTerminal();
  confine.refuseNewPrivileges();
  const isRestricted = confine.restrictFiles({
    read: policy.read,
    write: ["/dev/null"],
    execute: policy.execute,
    tcpPorts: policy.ports,
  });
  if (!isRestricted) throw new Error("no Landlock");
  const args = ["run", "-A", "--no-check", "--cached-only", import.meta.filename!, "try", text!];
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const environment = { DENO_DIR: Deno.env.get("DENO_DIR")!, NO_COLOR: "1" };
  confine.becomeProgram(Deno.execPath(), args.toSpliced(1, 0, `--config=${config}`), environment);
}

const outcomes: Record<string, string> = {};
async function attempt(what: string, deed: () => unknown): Promise<void> {
  try {
    outcomes[what] = `did it: ${await deed()}`.slice(0, 100);
  } catch (error) {
    outcomes[what] = error instanceof Error ? error.name : String(error);
  }
}

confine.limitProcess({ dataBytes: 2 ** 32, openFiles: 64, threads: 100 });
const changed = Deno.uid() === 0 && confine.becomeUser(1_900_000_001);
confine.dieWithParent();
const refused = confine.refuseCalls(policy.allowed);

await attempt("read", () => Deno.readTextFile("/etc/passwd"));
await attempt("granted", () => Deno.readFile("/etc/ld.so.cache").then(() => "read"));
await attempt("write", () => Deno.writeTextFile("/tmp/falcod-confined", ""));
await attempt("connect", () => Deno.connect({ hostname: "127.0.0.1", port: policy.port }));
await attempt("socket", () => Deno.connect({ transport: "unix", path: "/run/nobody" }));
await attempt("run", () => new Deno.Command("/bin/true").output().then(({ code }) => code));
await attempt("kill", () => Deno.kill(policy.parent, "SIGCONT"));
await attempt("thread", () => {
  const worker = new Worker("data:text/javascript,self.postMessage(1)", { type: "module" });
  return new Promise((resolve) => worker.onmessage = () => resolve("answered"));
});
console.log(JSON.stringify({ changed, refused, ...outcomes }));
Deno.exit(0);
