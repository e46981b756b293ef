/** Values in tables: ss_plugin_state_type and the union ss_plugin_state_data of 8 bytes. */
import { cString } from "../libc.ts";
import { addressOf, pointerTo, textAt } from "./memory.ts";

export const STATE_TYPES = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  string: 9,
  table: 10,
  bool: 25,
} as const;

export type StateType = keyof typeof STATE_TYPES;
/** Integers beyond 2^53 are bigint. */
export type StateValue = number | bigint | string | boolean;

export const STATE_VALUE_BYTES = 8;

const NAMES = new Map<number, StateType>(
  Object.entries(STATE_TYPES).map(([name, code]) => [code, name as StateType]),
);

/** Absent: there is no such type. */
export function stateTypeOf(code: number): StateType | undefined {
  return NAMES.get(code);
}

/** Absent for tables, and texts that are not there. */
export function stateValueAt(pointer: Deno.PointerObject, type: StateType): StateValue | undefined {
  const view = viewAt(pointer);
  switch (type) {
    case "int8":
      return view.getInt8(0);
    case "int16":
      return view.getInt16(0, true);
    case "int32":
      return view.getInt32(0, true);
    case "int64":
      return exact(view.getBigInt64(0, true));
    case "uint8":
      return view.getUint8(0);
    case "uint16":
      return view.getUint16(0, true);
    case "uint32":
      return view.getUint32(0, true);
    case "uint64":
      return exact(view.getBigUint64(0, true));
    case "bool":
      return view.getUint32(0, true) !== 0;
    case "string":
      return textAt(pointerTo(view.getBigUint64(0, true)));
    case "table":
      return undefined;
    default:
      return type satisfies never;
  }
}

/**
 * Writes a value where a plugin wants it; false when it is none of its type. `keep` gets the memory of a
 * text, which has to stay as long as the plugin may look at it.
 */
export function putStateValue(
  pointer: Deno.PointerObject,
  type: StateType,
  value: StateValue,
  keep: (memory: unknown) => void,
): boolean {
  const view = viewAt(pointer);
  if (type === "string") {
    if (typeof value !== "string") return false;
    const memory = cString(value);
    keep(memory);
    putPointer(pointer, Deno.UnsafePointer.of(memory));
    return true;
  }
  if (type === "table" || typeof value === "string") return false;
  view.setBigUint64(0, 0n, true);
  if (type === "bool") view.setUint32(0, value ? 1 : 0, true);
  else view.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
  return true;
}

export function putPointer(at: Deno.PointerObject, pointer: Deno.PointerValue): void {
  viewAt(at).setBigUint64(0, addressOf(pointer), true);
}

function viewAt(pointer: Deno.PointerObject): DataView {
  return new DataView(Deno.UnsafePointerView.getArrayBuffer(pointer, STATE_VALUE_BYTES));
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
