/** Asking a plugin for the value of a field. */
import type { FieldScalar, FieldValue } from "./field_value.ts";
import { FIELD_TYPES } from "./abi.ts";
import type { PluginField } from "./described.ts";
import { copyAt, pointerTo, Struct, textAt } from "./memory.ts";

/**
 * ss_plugin_extract_field:
 *
 *      0 values | 8 u64 their number | 16 u32 field's number | 24 its name | 32 argument as a text
 *     40 u64 argument as a number | 48 u32 whether there is one | 52 u32 type | 56 u32 is a list
 */
const VALUES = 0, COUNT = 8, ID = 16, NAME = 24, KEY = 32, INDEX = 40, PRESENT = 48, TYPE = 52;
const IS_LIST = 56, REQUEST_BYTES = 64;

/** More values than this are no list. */
const MAX_VALUES = 65_536;
const POINTER_BYTES = 8;
/** ss_plugin_byte_buffer: 0 u32 length | 8 bytes */
const BUFFER_BYTES = 16;
/** What Falco passes where there is no index. */
const NO_INDEX = 0xffff_ffff_ffff_ffffn;

/** One field with one argument; what the plugin is handed, and what it left there. */
export class FieldRequest {
  readonly struct = new Struct(REQUEST_BYTES);
  readonly #field: PluginField;

  constructor(field: PluginField, argument: number | string | undefined) {
    this.#field = field;
    const { struct } = this;
    struct.u32(ID, field.id);
    struct.text(NAME, field.name);
    struct.u32(TYPE, FIELD_TYPES[field.type]);
    struct.u32(IS_LIST, field.isList ? 1 : 0);
    struct.u32(PRESENT, argument === undefined ? 0 : 1);
    const kind = field.argument?.kind;
    struct.text(KEY, argument === undefined || kind === "index" ? undefined : String(argument));
    struct.u64(INDEX, indexOf(argument, kind));
  }

  clear(): void {
    this.struct.u64(VALUES, 0n);
    this.struct.u64(COUNT, 0n);
  }

  /** Absent: the event has none, or what the plugin left is nothing. A copy. */
  value(): FieldValue {
    const count = this.struct.view.getBigUint64(COUNT, true);
    const pointer = this.struct.pointerAt(VALUES);
    if (count === 0n || count > BigInt(MAX_VALUES) || pointer === null) return undefined;
    if (!this.#field.isList) return this.#read(pointer, 1)[0];
    const values = this.#read(pointer, Number(count)).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : values;
  }

  #read(pointer: Deno.PointerObject, count: number): readonly (FieldScalar | undefined)[] {
    switch (this.#field.type) {
      case "string":
        return wordsAt(pointer, count).map((word) => textAt(pointerTo(word)));
      case "uint64":
        return wordsAt(pointer, count).map(exact);
      case "reltime":
      case "abstime":
        return wordsAt(pointer, count);
      case "bool":
        return Array.from(new Uint32Array(copyAt(pointer, count * 4).buffer), (word) => word !== 0);
      case "ipaddr":
      case "ipnet":
        return addressesAt(pointer, count);
      default:
        return this.#field.type satisfies never;
    }
  }
}

function indexOf(
  argument: number | string | undefined,
  kind: "index" | "key" | "either" | undefined,
): bigint {
  const isIndex = kind !== "key" && argument !== undefined && /^(?:0|[1-9]\d{0,18})$/.test(
    String(argument),
  );
  return isIndex ? BigInt(argument) : NO_INDEX;
}

function wordsAt(pointer: Deno.PointerObject, count: number): bigint[] {
  return [...new BigUint64Array(copyAt(pointer, count * POINTER_BYTES).buffer)];
}

function exact(word: bigint): number | bigint {
  return word <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(word) : word;
}

function addressesAt(pointer: Deno.PointerObject, count: number): (Uint8Array | undefined)[] {
  const buffers = new DataView(copyAt(pointer, count * BUFFER_BYTES).buffer);
  return Array.from({ length: count }, (_, at) => {
    const length = buffers.getUint32(at * BUFFER_BYTES, true);
    const bytes = pointerTo(buffers.getBigUint64(at * BUFFER_BYTES + 8, true));
    return bytes !== null && (length === 4 || length === 16) ? copyAt(bytes, length) : undefined;
  });
}
