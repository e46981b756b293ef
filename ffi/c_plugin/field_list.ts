/** Lists of names with types, as plugins get them: ss_plugin_table_info, ss_plugin_table_fieldinfo. */
import { Struct } from "./memory.ts";
import { STATE_TYPES, type StateType } from "./state_value.ts";

/** 0 name | 8 u32 type | 12 u32 read only */
const ROW_BYTES = 16;

export interface NameRow {
  readonly name: string;
  readonly type: StateType;
  readonly isReadOnly?: boolean;
}

/** Keep what is returned as long as a plugin may look at it. */
export function nameList(rows: readonly NameRow[]): Struct {
  const list = new Struct(Math.max(1, rows.length) * ROW_BYTES);
  for (const [index, { name, type, isReadOnly }] of rows.entries()) {
    list.text(index * ROW_BYTES, name);
    list.u32(index * ROW_BYTES + 8, STATE_TYPES[type]);
    list.u32(index * ROW_BYTES + 12, isReadOnly ? 1 : 0);
  }
  return list;
}

/** Writes a u32 where a plugin wants the number of rows. */
export function putCount(at: Deno.PointerObject, count: number): void {
  new DataView(Deno.UnsafePointerView.getArrayBuffer(at, 4)).setUint32(0, count, true);
}
