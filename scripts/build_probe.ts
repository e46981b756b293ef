/**
 * Compiles the BPF probe: `deno task probe`.
 *
 * One source, two objects in build/probe: `falcod.bpf.o` reads kernel memory through a helper (5.8 and
 * newer), `falcod-cast.bpf.o` by plain loads (6.2 and newer). Debug sections are stripped; the types
 * (.BTF, .BTF.ext) stay, they are what fits the objects to a kernel.
 */

const SOURCE = "ffi/probe/falcod.bpf.c";
const OBJECTS = [
  { file: "build/probe/falcod.bpf.o", defines: [] },
  { file: "build/probe/falcod-cast.bpf.o", defines: ["-DCAST"] },
];
const CLANG = ["clang", "clang-14", "clang-16", "clang-19"];
const STRIP = ["llvm-strip", "llvm-strip-14", "llvm-strip-16", "llvm-strip-19"];
/** One header of each Debian package the source includes from. */
const HEADERS = [
  { path: "/usr/include/bpf/bpf_helpers.h", debian: "libbpf-dev" },
  { path: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", debian: "linux-libc-dev" },
];

/** A tool or header that is not installed; `debian` names the package that has it. */
class MissingTool extends Error {
  override readonly name = "MissingTool";

  constructor(what: string, readonly debian: string) {
    super(`Cannot build the probe: ${what} was not found. On Debian: apt-get install ${debian}`);
  }
}

async function run(command: string, args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(command, { args: [...args] }).output();
}

/** The first of several names that can be run. */
async function findTool(names: readonly string[], debian: string): Promise<string> {
  for (const name of names) {
    try {
      if ((await run(name, ["--version"])).success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new MissingTool(names[0]!, debian);
}

async function requireHeader({ path, debian }: { path: string; debian: string }): Promise<void> {
  try {
    await Deno.stat(path);
  } catch {
    throw new MissingTool(path, debian);
  }
}

async function runOrThrow(command: string, args: readonly string[]): Promise<void> {
  const output = await run(command, args);
  const messages = new TextDecoder().decode(output.stderr);
  if (!output.success) throw new Error(`${command} failed with ${output.code}:\n${messages}`);
  if (messages) console.error(messages);
}

async function build(): Promise<void> {
  const clang = await findTool(CLANG, "clang");
  const strip = await findTool(STRIP, "llvm");
  for (const header of HEADERS) await requireHeader(header);
  await Deno.mkdir("build/probe", { recursive: true });
  for (const { file, defines } of OBJECTS) {
    // Built aside and renamed, so that nobody ever loads half an object.
    const unfinished = `${file}.new`;
    await runOrThrow(clang, [
      ...["-target", "bpf", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"],
      ...["-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu", ...defines],
      ...["-c", SOURCE, "-o", unfinished],
    ]);
    await runOrThrow(strip, ["-g", unfinished]);
    await Deno.rename(unfinished, file);
    console.log(`${file}: ${(await Deno.stat(file)).size} bytes`);
  }
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  }
}
