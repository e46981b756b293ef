/** Programs in C that tests let run; built when needed, without a C library. */
import { assert } from "../assert.ts";

const FOLDER = "build/tests";
const FLAGS = [
  ...["-O2", "-Wall", "-Wextra", "-Werror"],
  ...["-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-nostdlib", "-static"],
];

/** Builds `tests/kernel/<name>.c` and gives the absolute path of the program. */
export async function buildProgram(name: string): Promise<string> {
  const program = `${Deno.cwd()}/${FOLDER}/${name}`;
  const source = `tests/kernel/${name}.c`;
  if (isNewer(program, source)) return program;
  Deno.mkdirSync(FOLDER, { recursive: true });
  // Tests may build at the same time: each its own file, moved into place whole.
  const made = `${program}.${Deno.pid}`;
  for (const clang of ["clang-14", "clang"]) {
    const command = new Deno.Command(clang, {
      args: [...FLAGS, "-o", made, source],
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
