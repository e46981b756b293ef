/**
 * Writes ffi/layout.ts from the types in the compiled probe, so that nobody types an offset. After a
 * change of ffi/probe/records.h: `deno task probe`, then
 * `deno run --allow-read --allow-write=ffi scripts/generate_layout.ts`.
 */
import { type BtfEnum, type BtfStruct, type ProbeTypes, readProbeTypes } from "../ffi/btf.ts";

/** The objects of the probe; their records are the same. */
export const PROBE_OBJECTS = ["build/probe/falcod.bpf.o", "build/probe/falcod-cast.bpf.o"] as const;
export const LAYOUT_FILE = "ffi/layout.ts";

/** What user space reads or writes, in the order it is written out. */
const STRUCTS = [
  "record_header",
  "file_facts",
  "socket_facts",
  "task_facts",
  "exec_record",
  "fork_record",
  "exit_record",
  "identity_record",
  "cwd_record",
  "call_record",
  "path_record",
  "file_record",
  "socket_record",
  "signal_record",
  "switch_record",
  "fault_record",
  "extras_tail",
  "usage_facts",
  "mount_facts",
  "verdict",
  "class_counters",
  "lost_records",
  "probe_config",
];
const ENUMS = [
  "record_kind",
  "header_flags",
  "file_flags",
  "event_class",
  "scope",
  "resolve",
  "interest",
];
const VARIABLES = [
  "config",
  "interest",
  "filter_generation",
  "answered_names",
  "watched_ends",
  "compat_syscalls",
];

const HEADING = `/**
 * Where everything stands in the probe's records and variables: offsets in bytes from the start of the
 * struct, \`byteLength\` for its fixed part. What the fields mean says ffi/probe/records.h.
 *
 * Generated from the compiled probe by scripts/generate_layout.ts; not to be edited.
 */
`;

/** The text of ffi/layout.ts for a compiled probe. Throws when the object lacks what is to be written. */
export function layoutSource(object: Uint8Array): string {
  const types = readProbeTypes(object);
  if (types.kind === "problem") {
    throw new Error(`Cannot read the probe's types: ${types.message}`);
  }
  return [
    HEADING,
    ...STRUCTS.map((name) => structSource(name, wanted(types.structs, name))),
    ...ENUMS.map((name) => enumSource(name, wanted(types.enums, name))),
    variablesSource(types),
  ].join("\n");
}

/** Reads an object and says how to build it when it is not there. */
export async function readProbeObject(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${path} is missing: run deno task probe`, { cause: error });
  }
}

function structSource(name: string, struct: BtfStruct): string {
  const members = struct.members.filter((member) => !member.name.startsWith("_"));
  return constSource(name, [
    ["byteLength", struct.sizeBytes],
    ...members.map(({ name, offset }) => [camelCase(name), offset] as const),
  ]);
}

/** Values without the prefix they share: FILE_KNOWN of file_flags is \`FILE_FLAGS.known\`. */
function enumSource(name: string, { values }: BtfEnum): string {
  return constSource(
    name,
    values.map(({ name, value }) => [camelCase(name.slice(name.indexOf("_") + 1)), value] as const),
  );
}

function variablesSource({ variables }: ProbeTypes): string {
  return constSource(
    "bss",
    VARIABLES.map((name) => [camelCase(name), wanted(variables, name)] as const),
  );
}

function constSource(name: string, entries: readonly (readonly [string, number])[]): string {
  const lines = entries.map(([key, value]) => `  ${key}: ${value},\n`);
  return `export const ${name.toUpperCase()} = {\n${lines.join("")}} as const;\n`;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function wanted<T>(things: ReadonlyMap<string, T>, name: string): T {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`The probe has no "${name}"`);
  return thing;
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url));
  await Deno.writeTextFile(LAYOUT_FILE, layoutSource(await readProbeObject(PROBE_OBJECTS[0])));
}
