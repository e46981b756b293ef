/** Runs the real program as a child, as a person would. */
import { assertEquals } from "../assert.ts";

export const root = new URL("../../", import.meta.url).pathname;

/** What to run for falcod: the sources, or the binary that FALCOD_BINARY names. */
export function falcodProgram(
  { main = `${root}main.ts`, fromSource = false } = {},
): readonly [string, ...string[]] {
  const binary = Deno.env.get("FALCOD_BINARY");
  if (binary && !fromSource) return [binary];
  const flags = [
    "--no-prompt",
    "--allow-all",
    "--quiet",
    "--unstable-worker-options",
    "--no-check",
  ];
  return [Deno.execPath(), "run", ...flags, `--config=${root}deno.json`, main];
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs it under another program: `["setpriv", "--bounding-set=-all"]`. */
  readonly under?: readonly string[];
  readonly folder?: string;
  /** What stands on standard input; nothing by default. */
  readonly input?: string | Uint8Array<ArrayBuffer>;
  /** Another path to main.ts. */
  readonly program?: string;
  /** Also where the tests are of the binary. */
  readonly fromSource?: boolean;
}

/** The program with its arguments, ready to be spawned; output is piped. */
export function falcodCommand(args: readonly string[], options: ProgramOptions = {}): Deno.Command {
  const [command, ...rest] = [
    ...(options.under ?? []),
    ...falcodProgram({
      ...options.program !== undefined && { main: options.program },
      fromSource: options.fromSource ?? false,
    }),
    ...args,
  ];
  return new Deno.Command(command!, {
    args: rest,
    cwd: options.folder ?? root,
    env: { FALCOD_DEBUG: "", ...options.environment },
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** One run of falcod to its end. No run of these tests may show a stack trace. */
export async function falcod(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Result> {
  const process = falcodCommand(args, options).spawn();
  const { input } = options;
  const [output] = await Promise.all([
    process.output(),
    input !== undefined && new Blob([input]).stream().pipeTo(process.stdin),
  ]);
  const decoder = new TextDecoder();
  const out = decoder.decode(output.stdout), error = decoder.decode(output.stderr);
  assertEquals(/\n\s+at /.test(`\n${out}${error}`), false, `a stack trace:\n${out}${error}`);
  assertEquals(error.includes("this is a bug"), false, error);
  return { code: output.code, out, error };
}

/** A folder with files of the given names, gone when disposed. */
export class Folder implements Disposable {
  readonly path: string;

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    this.path = Deno.makeTempDirSync({ prefix: "falcod-cli-" });
    for (const [name, content] of Object.entries(files)) {
      if (typeof content === "string") Deno.writeTextFileSync(this.file(name), content);
      else Deno.writeFileSync(this.file(name), content);
    }
  }

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
