/** The code that the binary begins with (stub.c), as bytes that run wherever they lie. */
import { fileURLToPath } from "node:url";
import { type Architecture, readElf, segmentBytes } from "./elf.ts";
import { runTool } from "./tools.ts";

const SOURCE = fileURLToPath(new URL("./stub.c", import.meta.url));
const LAYOUT = fileURLToPath(new URL("./stub.ld", import.meta.url));

/** Neither a C library nor anything else that would have to be moved to where the code lies. */
const FLAGS = [
  ...["-std=gnu11", "-Os", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin"],
  ...["-fPIE", "-fvisibility=hidden", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"],
  ...["-fno-jump-tables", "-mgeneral-regs-only", "-nostdlib"],
];

const COMPILERS = ["clang-14", "clang"];
const LINKERS = ["ld.lld-14", "ld.lld"];

/** Throws with what is missing, or with what the compiler says. */
export async function compileStub(architecture: Architecture): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-stub-" });
  try {
    const object = `${folder}/stub.o`, linked = `${folder}/stub.elf`;
    const target = `--target=${architecture}-linux-gnu`;
    await runTool(COMPILERS, [target, ...FLAGS, "-c", SOURCE, "-o", object], "clang");
    await runTool(
      LINKERS,
      ["-T", LAYOUT, "--build-id=none", "-static", object, "-o", linked],
      "lld",
    );
    const bytes = await Deno.readFile(linked);
    const elf = readElf(bytes);
    const code = elf.segments.find(({ type }) => type === "load");
    if (!code || elf.entry !== code.address) throw new Error("the stub has no code to start with");
    return segmentBytes(bytes, code);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
