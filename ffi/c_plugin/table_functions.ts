/** The functions through which plugins use tables, in the structs they are handed in. */
import { cString } from "../libc.ts";
import { RC } from "./abi.ts";
import { nameList, putCount } from "./field_list.ts";
import { Struct, textAt } from "./memory.ts";
import { callback, type Owner, ownerAt } from "./owner.ts";
import { PluginTable } from "./plugin_table.ts";
import { stateTypeOf } from "./state_value.ts";
import {
  type Complain,
  entryHandles,
  fieldHandles,
  giveEntryBack,
  innerTableHandles,
  keepText,
  type Table,
  type TableField,
  tableHandles,
} from "./tables.ts";

type Pointer = Deno.PointerValue;

const POINTER_BYTES = 8;
const MAX_NAME_BYTES = 1024;
/** ss_plugin_bool, and the answer of tables that cannot tell their size. */
const TRUE = 1, FALSE = 0, NO_SIZE = 0xffff_ffff_ffff_ffffn;

/** Structs of pointers to functions; made once, they stay as long as the process. */
export interface TableFunctions {
  /** ss_plugin_table_reader_vtable_ext, whose first four are the older ss_plugin_table_reader_vtable. */
  readonly reader: Struct;
  readonly writer: Struct;
  readonly fields: Struct;
  readonly listTables: Deno.PointerObject;
  readonly getTable: Deno.PointerObject;
  readonly addTable: Deno.PointerObject;
}

let functions: TableFunctions | undefined;

export function tableFunctions(): TableFunctions {
  return functions ??= {
    reader: structOf(readerFunctions()),
    writer: structOf(writerFunctions()),
    fields: structOf(fieldFunctions()),
    listTables: callback(
      { parameters: ["pointer", "pointer"], result: "pointer" },
      (owner, count) => {
        const tables = ownerAt(owner)?.tables?.all();
        if (!tables || count === null) return null;
        const list = nameList(tables.map(({ name, keyType }) => ({ name, type: keyType })));
        keepText(list);
        putCount(count, tables.length);
        return list.pointer;
      },
      null,
    ),
    getTable: callback(
      { parameters: ["pointer", "pointer", "i32"], result: "pointer" },
      (owner, name, keyType) => tableFor(ownerAt(owner), textAt(name, MAX_NAME_BYTES), keyType),
      null,
    ),
    addTable: callback(
      { parameters: ["pointer", "pointer"], result: "i32" },
      (pointer, input) => {
        const owner = ownerAt(pointer);
        if (!owner?.tables || input === null) return RC.failure;
        const complain = complainTo(owner);
        const table = PluginTable.at(input, complain);
        if (!table) return RC.failure;
        if (owner.addTable(table)) return RC.success;
        complain(`there is a table "${table.name}" already`);
        return RC.failure;
      },
      RC.failure,
    ),
  };
}

function tableFor(owner: Owner | undefined, name: string | undefined, keyType: number): Pointer {
  if (!owner || name === undefined) return null;
  const complain = complainTo(owner);
  const table = owner.tables?.get(name);
  if (!table) return complain(`there is no table "${name}"`) ?? null;
  if (table.keyType !== stateTypeOf(keyType)) {
    return complain(`the keys of table "${name}" are of type ${table.keyType}`) ?? null;
  }
  lastAsking = owner;
  return tableHandles.handle(table);
}

/** Functions about fields know only the table: who asks for one has asked for that just before. */
let lastAsking: Owner | undefined;

function complainTo(owner: Owner | undefined): Complain {
  return (problem) => {
    if (owner) owner.lastError = problem;
    return undefined;
  };
}

function tableAt(handle: Pointer): Table | undefined {
  return tableHandles.at(handle) ?? innerTableHandles.at(handle);
}

/** A field of the table that is asked; another table's would read what is not there. */
function fieldAt(handle: Pointer, table: Table): TableField | undefined {
  const field = fieldHandles.at(handle);
  // Tables in entries are made anew for each of them, with fields of the same names.
  return field && (field.table === table || field.table.name === table.name) ? field : undefined;
}

function readerFunctions(): readonly Deno.PointerObject[] {
  return [
    callback({ parameters: ["pointer"], result: "pointer" }, (handle) => {
      const table = tableAt(handle);
      if (!table) return null;
      const name = cString(table.name);
      keepText(name);
      return Deno.UnsafePointer.of(name);
    }, null),
    callback(
      { parameters: ["pointer"], result: "u64" },
      (handle) => tableAt(handle)?.size() ?? NO_SIZE,
      NO_SIZE,
    ),
    callback({ parameters: ["pointer", "pointer"], result: "pointer" }, (handle, key) => {
      const entry = key && tableAt(handle)?.get(key);
      return entry ? entryHandles.handle(entry) : null;
    }, null),
    callback(
      { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
      (handle, entryHandle, fieldHandle, out) => {
        const table = tableAt(handle), entry = entryHandles.at(entryHandle);
        const field = table && fieldAt(fieldHandle, table);
        if (!table || !entry || !field || out === null) return RC.failure;
        return table.read(entry, field, out) ? RC.success : RC.failure;
      },
      RC.failure,
    ),
    callback({ parameters: ["pointer", "pointer"], result: "void" }, (handle, entryHandle) => {
      const entry = entryHandles.at(entryHandle);
      if (!entry) return;
      tableAt(handle)?.release(entry);
      giveEntryBack(entryHandle);
    }, undefined),
    callback({ parameters: ["pointer", "pointer", "pointer"], result: "u32" }, iterate, FALSE),
  ];
}

const VISITOR = { parameters: ["pointer", "pointer"], result: "u32" } as const;

function iterate(handle: Pointer, visitor: Pointer, state: Pointer): number {
  const table = tableAt(handle);
  if (!table || visitor === null) return FALSE;
  const visit = new Deno.UnsafeFnPointer(visitor as never, VISITOR);
  const isWhole = table.iterate((entry) => {
    const entryHandle = entryHandles.handle(entry);
    const goesOn = visit.call(state, entryHandle) !== FALSE;
    giveEntryBack(entryHandle);
    return goesOn;
  });
  return isWhole ? TRUE : FALSE;
}

function writerFunctions(): readonly Deno.PointerObject[] {
  return [
    callback(
      { parameters: ["pointer"], result: "i32" },
      (handle) => tableAt(handle)?.clear() ? RC.success : RC.failure,
      RC.failure,
    ),
    callback(
      { parameters: ["pointer", "pointer"], result: "i32" },
      (handle, key) => key && tableAt(handle)?.erase(key) ? RC.success : RC.failure,
      RC.failure,
    ),
    callback({ parameters: ["pointer"], result: "pointer" }, (handle) => {
      const entry = tableAt(handle)?.create();
      return entry ? entryHandles.handle(entry) : null;
    }, null),
    callback({ parameters: ["pointer", "pointer"], result: "void" }, (handle, entryHandle) => {
      const entry = entryHandles.at(entryHandle);
      if (!entry) return;
      tableAt(handle)?.destroy(entry);
      giveEntryBack(entryHandle);
    }, undefined),
    callback(
      { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
      (handle, key, entryHandle) => {
        const entry = entryHandles.at(entryHandle);
        const added = key && entry && tableAt(handle)?.add(key, entry);
        if (!added) return null;
        // From now on it is the table's.
        giveEntryBack(entryHandle);
        return entryHandles.handle(added);
      },
      null,
    ),
    callback(
      { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
      (handle, entryHandle, fieldHandle, value) => {
        const table = tableAt(handle), entry = entryHandles.at(entryHandle);
        const field = table && fieldAt(fieldHandle, table);
        if (!table || !entry || !field || value === null) return RC.failure;
        return table.write(entry, field, value) ? RC.success : RC.failure;
      },
      RC.failure,
    ),
  ];
}

function fieldFunctions(): readonly Deno.PointerObject[] {
  const find = (how: "field" | "addField") =>
    callback(
      { parameters: ["pointer", "pointer", "i32"], result: "pointer" },
      (handle, nameAt, code) => {
        const table = tableAt(handle), name = textAt(nameAt, MAX_NAME_BYTES);
        const type = stateTypeOf(code);
        if (!table || !name || !type) return null;
        const field = table[how](name, type, complainTo(lastAsking));
        return field ? fieldHandles.handle(field) : null;
      },
      null,
    );
  return [
    callback(
      { parameters: ["pointer", "pointer"], result: "pointer" },
      (handle, count) => count && (tableAt(handle)?.listFields(count) ?? null),
      null,
    ),
    find("field"),
    find("addField"),
  ];
}

function structOf(pointers: readonly Deno.PointerObject[]): Struct {
  const struct = new Struct(pointers.length * POINTER_BYTES);
  for (const [index, pointer] of pointers.entries()) struct.point(index * POINTER_BYTES, pointer);
  return struct;
}
