/** Thrift's compact protocol, as far as Parquet's heads need it: apache/thrift doc/specs/thrift-compact-protocol.md */
import type { Pieces } from "./pieces.ts";

export type Thrift =
  | { readonly kind: "int32" | "int64"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly Thrift[] }
  | { readonly kind: "struct"; readonly fields: Readonly<Record<number, Thrift>> };

export const int32 = (value: number): Thrift => ({ kind: "int32", value });
export const int64 = (value: number): Thrift => ({ kind: "int64", value });
export const text = (value: string): Thrift => ({ kind: "text", value });
/** Of one kind, and never empty here. */
export const list = (items: readonly Thrift[]): Thrift => ({ kind: "list", items });
/** By their numbers. */
export const struct = (fields: Readonly<Record<number, Thrift>>): Thrift => ({
  kind: "struct",
  fields,
});

const TYPES = { int32: 5, int64: 6, text: 8, list: 9, struct: 12 } as const;
const LONGEST_SHORT_LIST = 14;

export function writeThrift(value: Thrift, to: Pieces): void {
  switch (value.kind) {
    case "int32":
    case "int64":
      // Small numbers of either sign are short.
      return to.varint(value.value < 0 ? -2 * value.value - 1 : 2 * value.value);
    case "text": {
      const bytes = to.encode(value.value);
      to.varint(bytes.length);
      return to.bytes(bytes);
    }
    case "list": {
      const { items } = value;
      const type = TYPES[items[0]!.kind];
      const isShort = items.length <= LONGEST_SHORT_LIST;
      to.byte((isShort ? items.length : 15) << 4 | type);
      if (!isShort) to.varint(items.length);
      for (const item of items) writeThrift(item, to);
      return;
    }
    case "struct": {
      let last = 0;
      for (const [number, field] of Object.entries(value.fields)) {
        to.byte(Number(number) - last << 4 | TYPES[field.kind]);
        writeThrift(field, to);
        last = Number(number);
      }
      return to.byte(0);
    }
    default:
      value satisfies never;
  }
}
