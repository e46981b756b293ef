/** Programs and libraries in C that tests let run; built when needed, without a C library. */
import { assert } from "../assert.ts";

const FOLDER = "build/tests";
const FLAGS = [
  ...["-O2", "-Wall", "-Wextra", "-Werror"],
  ...["-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-nostdlib"],
];

/** Builds `tests/kernel/<name>.c` and gives the absolute path of the program. */
export function buildProgram(name: string): Promise<string> {
  return build(`tests/kernel/${name}.c`, name, ["-static"]);
}

/** The same of a library: `file` is what it is to be called. */
export function buildLibrary(name: string, file: string): Promise<string> {
  return build(`tests/kernel/${name}.c`, file, ["-shared", "-fPIC"]);
}

async function build(source: string, file: string, flags: readonly string[]): Promise<string> {
  const program = `${Deno.cwd()}/${FOLDER}/${file}`;
  if (isNewer(program, source)) return program;
  Deno.mkdirSync(FOLDER, { recursive: true });
  // Tests may build at the same time: each its own file, moved into place whole.
  const made = `${program}.${Deno.pid}`;
  for (const clang of ["clang-14", "clang"]) {
    const command = new Deno.Command(clang, {
      args: [...FLAGS, ...flags, "-o", made, source],
      stdout: "null",
      stderr: "piped",
    });
    try {
      const { code, stderr } = await command.output();
      assert(code === 0, `${source}: ${new TextDecoder().decode(stderr)}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    Deno.renameSync(made, program);
    return program;
  }
  throw new Error("no clang here to build test programs with: apt-get install clang");
}

function isNewer(program: string, source: string): boolean {
  try {
    return Deno.statSync(program).mtime! > Deno.statSync(source).mtime!;
  } catch {
    return false;
  }
}
