/**
 * Compiles the BPF probe: `deno task probe [ARCHITECTURE]`.
 *
 * One source, two objects in build/probe: `falcod.bpf.o` reads kernel memory through a helper (5.8 and
 * newer), `falcod-cast.bpf.o` by plain loads (6.2 and newer). Debug sections are stripped; the types
 * (.BTF, .BTF.ext) stay, they are what fits the objects to a kernel.
 */

const SOURCE = "ffi/probe/falcod.bpf.c";
const OBJECTS = [
  { file: "falcod.bpf.o", defines: [] },
  { file: "falcod-cast.bpf.o", defines: ["-DCAST"] },
];

/**
 * Where the objects go and what the probe's registers are called. Numbers of system calls are those of
 * x86-64 on any architecture so far: for others this shows that the probe compiles, no more.
 */
const ARCHITECTURES: Readonly<Record<string, { folder: string; define: string }>> = {
  x86_64: { folder: "build/probe", define: "-D__TARGET_ARCH_x86" },
  aarch64: { folder: "build/probe-aarch64", define: "-D__TARGET_ARCH_arm64" },
};
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

async function build(architecture: string): Promise<void> {
  const place = ARCHITECTURES[architecture];
  if (!place) throw new Error(`Cannot build the probe for "${architecture}": x86_64 or aarch64`);
  const { clang, strip } = await findTools();
  await Deno.mkdir(place.folder, { recursive: true });
  for (const { file: name, defines } of OBJECTS) {
    const file = `${place.folder}/${name}`;
    // Built aside and renamed, so that nobody ever loads half an object.
    const unfinished = `${file}.new`;
    await runOrThrow(clang, [
      ...["-target", "bpf", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"],
      ...[place.define, "-I/usr/include/x86_64-linux-gnu", ...defines],
      // The lines that the verifier quotes: the same object wherever it is built.
      `-ffile-prefix-map=${Deno.cwd()}=.`,
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
    await build(Deno.args[0] ?? "x86_64");
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  }
}
