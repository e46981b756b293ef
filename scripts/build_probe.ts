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
/** What the build needs, and the Debian package that has it. */
const NEEDED = {
  /** Debian 12 has 14, with which the objects were tried; others may please the verifier less. */
  clang: { names: ["clang-14", "clang"], debian: "clang" },
  strip: { names: ["llvm-strip-14", "llvm-strip"], debian: "llvm" },
  headers: [
    { path: "/usr/include/bpf/bpf_helpers.h", debian: "libbpf-dev" },
    { path: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", debian: "linux-libc-dev" },
  ],
};

async function run(command: string, args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(command, { args: [...args] }).output();
}

/** The first of several names that can be run. */
async function findTool(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    try {
      if ((await run(name, ["--version"])).success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** Throws with everything that is missing, so that one installation is enough. */
async function findTools(): Promise<{ clang: string; strip: string }> {
  const clang = await findTool(NEEDED.clang.names);
  const strip = await findTool(NEEDED.strip.names);
  const missing: string[] = [];
  if (clang === undefined) missing.push(NEEDED.clang.debian);
  if (strip === undefined) missing.push(NEEDED.strip.debian);
  for (const { path, debian } of NEEDED.headers) {
    const info = await Deno.stat(path).catch(() => undefined);
    if (info === undefined) missing.push(debian);
  }
  if (clang === undefined || strip === undefined || missing.length > 0) {
    throw new Error(
      `Cannot build the probe: Debian's ${missing.join(", ")} not found.\n` +
        `  apt-get install ${missing.join(" ")}`,
    );
  }
  return { clang, strip };
}

async function runOrThrow(command: string, args: readonly string[]): Promise<void> {
  const output = await run(command, args);
  const messages = new TextDecoder().decode(output.stderr);
  if (!output.success) throw new Error(`${command} failed with ${output.code}:\n${messages}`);
  if (messages) console.error(messages);
}

async function build(): Promise<void> {
  const { clang, strip } = await findTools();
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
