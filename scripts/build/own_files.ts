/** The files that come with falcod, as the end of the binary: mark first. packed_files.ts reads them. */
import { createHash } from "node:crypto";
import { MARK_BYTES, type PackedFile, type PackedTable } from "../../core/base/packed_files.ts";
import type { Architecture } from "./elf.ts";

/** A file by its name in the binary. */
export type NamedFiles = readonly (readonly [name: string, bytes: Uint8Array])[];

const RULES = [
  "rules/demo.scap.gz",
  "rules/falco.yaml",
  "rules/falco_rules.local.yaml",
  "rules/falco_rules.yaml",
  "rules/k8s_audit_rules.yaml",
];
/** What `falcod plugin new` puts into a new project. */
const PLUGIN_API = "core/plugin/sdk/mod.ts";
const PROBE = ["falcod-cast.bpf.o", "falcod.bpf.o"];
const LIBRARIES = ["libbpf.so.1", "libelf.so.1", "libz.so.1"];

/** Files are read below `root`, the repository. */
export function readOwnFiles(root: string, architecture: Architecture): NamedFiles {
  const probe = architecture === "x86_64" ? "build/probe" : `build/probe-${architecture}`;
  return [
    ...[...RULES, PLUGIN_API].map((name) =>
      [name, readNeeded(`${root}/${name}`, `git checkout ${name}`)] as const
    ),
    ...PROBE.map((name) =>
      [`build/probe/${name}`, readNeeded(`${root}/${probe}/${name}`, "deno task probe")] as const
    ),
    ...LIBRARIES.map((name) =>
      [
        `lib/${name}`,
        readNeeded(`/usr/lib/${architecture}-linux-gnu/${name}`, `apt-get install libbpf1`),
      ] as const
    ),
  ];
}

function readNeeded(path: string, how: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${how}`, { cause });
  }
}

export interface Packed {
  readonly table: PackedTable;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function packFiles(files: NamedFiles): Packed {
  const places: Record<string, PackedFile> = {};
  const hash = createHash("sha256");
  let sizeBytes = MARK_BYTES;
  for (const [name, bytes] of files) {
    places[name] = { offset: sizeBytes, sizeBytes: bytes.length };
    hash.update(bytes);
    sizeBytes += bytes.length;
  }
  const mark = hash.digest();
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(mark);
  for (const [name, content] of files) bytes.set(content, places[name]!.offset);
  return { table: { mark: mark.toString("hex"), sizeBytes, files: places }, bytes };
}
