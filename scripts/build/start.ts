/**
 * The first module of the binary: fetches falcod's code from its end and runs it. Small, since Deno looks
 * through a module before it runs it.
 */
import {
  DamagedBinary,
  OWN_EXECUTABLE,
  PackedFiles,
  type PackedTable,
} from "../../core/base/packed_files.ts";
import { verifiedText, verifyBinary } from "../../core/base/verify_binary.ts";
import { requireBuiltin } from "./builtin_modules.ts";
import { HIDDEN_HOME, STUB_VARIABLES } from "./stub_variables.ts";
import type * as front from "./front.ts";
import { CODE, CODE_CACHE, FRONT } from "./packed_names.ts";

/** Never returns. */
export async function start(table: PackedTable): Promise<void> {
  restoreEnvironment();
  const files = new PackedFiles(table, { executable: OWN_EXECUTABLE, root: "" });
  try {
    if (asksToVerify()) Deno.exit(await verify(table));
    Deno.exit(await (asksForHelp() ? runFront(files, table) : runProgram(files, table)));
  } catch (error) {
    if (!(error instanceof DamagedBinary)) throw error;
    console.error(`falcod: ${error.message}`);
    Deno.exit(1);
  }
}

async function runProgram(files: PackedFiles, table: PackedTable): Promise<number> {
  // Half of the time of a start without it.
  const { loadProgram } = await import("./load_program.ts");
  const { program } = loadProgram(files.read(`/${CODE}`)!, files.read(`/${CODE_CACHE}`));
  return await program.main(table);
}

/** Whoever asks for help gets it, and what looks so and is none goes to the program. */
function asksForHelp(): boolean {
  const [first] = Deno.args;
  return first === "help" || Deno.args.some((arg) => arg === "--help" || arg === "-h");
}

/** As core/app/cli/about.ts has it. Here, since code that was changed would not get there. */
function asksToVerify(): boolean {
  const [first, ...others] = Deno.args;
  return first === "version" && others.includes("--verify") &&
    others.every((arg) => arg === "--verify" || arg === "--json");
}

async function verify(table: PackedTable): Promise<number> {
  const verified = await verifyBinary(table);
  const options = { path: Deno.execPath(), json: Deno.args.includes("--json") };
  console.log(verifiedText(verified, options).trimEnd());
  return verified.isWhole ? 0 : 1;
}

type RunFront = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  handOver: () => Promise<never>,
) => void;

function runFront(files: PackedFiles, table: PackedTable): Promise<number> {
  const handedOver = Promise.withResolvers<number>();
  const handOver = () => {
    runProgram(files, table).then(handedOver.resolve, handedOver.reject);
    return new Promise<never>(() => {});
  };
  const code = new TextDecoder("latin1").decode(files.read(`/${FRONT}`));
  // Indirectly, so that it sees nothing of this module; it comes out of the same file.
  const run = (0, eval)(code) as RunFront;
  const module = { exports: {} };
  run(module.exports, requireBuiltin, module, handOver);
  const { main } = module.exports as typeof front;
  return Promise.race([main(), handedOver.promise]);
}

/** What the stub said to Deno is nothing for programs that falcod starts. */
function restoreEnvironment(): void {
  for (const name of Object.keys(STUB_VARIABLES)) Deno.env.delete(name);
  if (Deno.env.get("HOME") !== HIDDEN_HOME) return;
  const home = ownHome();
  if (home === undefined) Deno.env.delete("HOME");
  else Deno.env.set("HOME", home);
}

/** The environment as the kernel has it, which the stub leaves alone. */
function ownHome(): string | undefined {
  try {
    const environment = Deno.readTextFileSync("/proc/self/environ");
    return /(?:^|\0)HOME=([^\0]*)/.exec(environment)?.[1];
  } catch {
    return undefined; // it may be root's alone: proc_pid_environ(5)
  }
}
