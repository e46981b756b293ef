/**
 * The types of a compiled BPF object: its structs with the offsets of their members, its enums, and
 * where its global variables lie. linux Documentation/bpf/btf.rst
 */
import { BoundedBytes, Malformed } from "./bounded_bytes.ts";
import { ElfFile } from "./elf.ts";

export interface BtfStruct {
  readonly sizeBytes: number;
  /** In the order of the source; offsets in bytes. Bit fields are left out. */
  readonly members: readonly { readonly name: string; readonly offset: number }[];
}

export interface BtfEnum {
  readonly values: readonly { readonly name: string; readonly value: number }[];
}

export interface ProbeTypes {
  readonly kind: "types";
  readonly structs: ReadonlyMap<string, BtfStruct>;
  readonly enums: ReadonlyMap<string, BtfEnum>;
  /** Offset of each global variable that starts as zeroes, from the start of `.bss`. */
  readonly variables: ReadonlyMap<string, number>;
}

/** The bytes are not an object file with types. */
export interface TypesProblem {
  readonly kind: "problem";
  readonly message: string;
}

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24, TYPE_BYTES = 12;
const KIND_STRUCT = 4, KIND_ENUM = 6;

/** How many bytes follow a type's own twelve: so many, and so many for each of its `vlen` parts. */
const TRAILERS: Readonly<Record<number, { readonly fixed: number; readonly each: number }>> = {
  1: { fixed: 4, each: 0 }, // integer
  2: { fixed: 0, each: 0 }, // pointer
  3: { fixed: 12, each: 0 }, // array
  [KIND_STRUCT]: { fixed: 0, each: 12 },
  5: { fixed: 0, each: 12 }, // union
  [KIND_ENUM]: { fixed: 0, each: 8 },
  7: { fixed: 0, each: 0 }, // forward declaration
  8: { fixed: 0, each: 0 }, // typedef
  9: { fixed: 0, each: 0 }, // volatile
  10: { fixed: 0, each: 0 }, // const
  11: { fixed: 0, each: 0 }, // restrict
  12: { fixed: 0, each: 0 }, // function
  13: { fixed: 0, each: 8 }, // function prototype
  14: { fixed: 4, each: 0 }, // variable
  15: { fixed: 0, each: 12 }, // data section
  16: { fixed: 0, each: 0 }, // float
  17: { fixed: 4, each: 0 }, // declaration tag
  18: { fixed: 0, each: 0 }, // type tag
  19: { fixed: 0, each: 12 }, // 64-bit enum
};

/** Reads the types of a compiled probe. Of several types with one name, the first counts. */
export function readProbeTypes(object: Uint8Array): ProbeTypes | TypesProblem {
  try {
    const file = ElfFile.parse(object);
    return { kind: "types", ...readTypes(file.section(".BTF")), variables: file.symbolsOf(".bss") };
  } catch (error) {
    if (error instanceof Malformed) return { kind: "problem", message: error.message };
    throw error;
  }
}

function readTypes(btf: BoundedBytes): Pick<ProbeTypes, "structs" | "enums"> {
  if (btf.u16(0) !== MAGIC) throw new Malformed("The types are not BTF of this byte order");
  const header = btf.u32(4);
  if (header < HEADER_BYTES) throw new Malformed("The types' header is too short");
  const types = btf.slice(header + btf.u32(8), btf.u32(12), "The type section");
  const names = btf.slice(header + btf.u32(16), btf.u32(20), "The name section");
  const structs = new Map<string, BtfStruct>();
  const enums = new Map<string, BtfEnum>();
  let at = 0;
  while (at < types.byteLength) {
    const name = names.text(types.u32(at));
    const info = types.u32(at + 4);
    const kind = info >>> 24 & 0x1f, length = info & 0xffff;
    const trailer = TRAILERS[kind];
    if (trailer === undefined) throw new Malformed(`Kind ${kind} at ${at} is not known`);
    const end = at + TYPE_BYTES + trailer.fixed + length * trailer.each;
    const parts = types.slice(at + TYPE_BYTES, end - at - TYPE_BYTES, `Type "${name}"`);
    if (kind === KIND_STRUCT && !structs.has(name)) {
      const members = readMembers(parts, names, { length, hasBitFields: info >>> 31 === 1 });
      structs.set(name, { sizeBytes: types.u32(at + 8), members });
    } else if (kind === KIND_ENUM && !enums.has(name)) {
      enums.set(name, { values: readValues(parts, names, length) });
    }
    at = end;
  }
  return { structs, enums };
}

function readMembers(
  parts: BoundedBytes,
  names: BoundedBytes,
  { length, hasBitFields }: { length: number; hasBitFields: boolean },
): BtfStruct["members"] {
  const members: { name: string; offset: number }[] = [];
  for (let i = 0; i < length; i++) {
    const position = parts.u32(i * 12 + 8);
    if (hasBitFields && position >>> 24 !== 0) continue;
    const bits = hasBitFields ? position & 0xffffff : position;
    members.push({ name: names.text(parts.u32(i * 12)), offset: bits / 8 });
  }
  return members;
}

function readValues(parts: BoundedBytes, names: BoundedBytes, length: number): BtfEnum["values"] {
  return Array.from({ length }, (_, i) => ({
    name: names.text(parts.u32(i * 8)),
    value: parts.u32(i * 8 + 4),
  }));
}
