/** A table that a plugin has, and other plugins use. */
import { cString } from "../libc.ts";
import { addressOf, copyAt, pointerTo, textAt } from "./memory.ts";
import { STATE_TYPES, type StateType, stateTypeOf } from "./state_value.ts";
import type { Complain, Table, TableEntry, TableField } from "./tables.ts";

/**
 * ss_plugin_table_input: what a plugin says of its table. The functions stand in it as in the versions
 * of the interface before 3.4; the pointers behind them lead to more of them.
 *
 *       0 name | 8 u32 type of keys | 16 table | 24 reader (4) | 56 writer (6) | 104 fields (3)
 *     128 reader_ext (6) | 136 writer_ext (6) | 144 fields_ext (3)
 */
const INPUT_BYTES = 152, POINTER_BYTES = 8;
const KEY_TYPE = 8, TABLE = 16, READER = 24, WRITER = 56, FIELDS = 104;
const READER_EXT = 128, WRITER_EXT = 136, FIELDS_EXT = 144;

/** In the order they have there. */
const READS = {
  name: { parameters: ["pointer"], result: "pointer" },
  size: { parameters: ["pointer"], result: "u64" },
  get: { parameters: ["pointer", "pointer"], result: "pointer" },
  read: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
  release: { parameters: ["pointer", "pointer"], result: "void" },
  iterate: { parameters: ["pointer", "function", "pointer"], result: "u32" },
} as const;
const WRITES = {
  clear: { parameters: ["pointer"], result: "i32" },
  erase: { parameters: ["pointer", "pointer"], result: "i32" },
  create: { parameters: ["pointer"], result: "pointer" },
  destroy: { parameters: ["pointer", "pointer"], result: "void" },
  add: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  write: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
} as const;
const NAMES = {
  list: { parameters: ["pointer", "pointer"], result: "pointer" },
  field: { parameters: ["pointer", "buffer", "u32"], result: "pointer" },
  addField: { parameters: ["pointer", "buffer", "u32"], result: "pointer" },
} as const;
const OLD_READS = 4;

type Definitions = Readonly<Record<string, Deno.ForeignFunction>>;
/** Functions of a table; those that the plugin left out are absent. */
type Functions<D extends Definitions> = {
  readonly [Name in keyof D]?: Deno.UnsafeFnPointer<D[Name]>["call"];
};

class PluginEntry {
  constructor(readonly pointer: Deno.PointerObject) {}
}

/** Told by a function of the plugin's while it goes through its entries. */
const VISIT = { parameters: ["pointer", "pointer"], result: "u32" } as const;
const MAX_NAME_BYTES = 1024;

export class PluginTable implements Table {
  readonly #table: Deno.PointerObject;
  #reads: Functions<typeof READS>;
  #writes: Functions<typeof WRITES>;
  #names: Functions<typeof NAMES>;
  readonly #fields = new Map<string, TableField>();

  private constructor(
    readonly name: string,
    readonly keyType: StateType,
    input: DataView,
    table: Deno.PointerObject,
  ) {
    this.#table = table;
    const part = <D extends Definitions>(definitions: D, old: number, extended: number) =>
      functionsOf(definitions, input, { old, extended });
    this.#reads = part(READS, READER, READER_EXT);
    this.#writes = part(WRITES, WRITER, WRITER_EXT);
    this.#names = part(NAMES, FIELDS, FIELDS_EXT);
  }

  static at(pointer: Deno.PointerObject, complain: Complain): PluginTable | undefined {
    const input = new DataView(copyAt(pointer, INPUT_BYTES).buffer);
    const name = textAt(pointerTo(input.getBigUint64(0, true)), MAX_NAME_BYTES);
    const keyType = stateTypeOf(input.getUint32(KEY_TYPE, true));
    const table = pointerTo(input.getBigUint64(TABLE, true));
    if (!name) return complain("the table has no name");
    if (!keyType || keyType === "table") return complain(`table "${name}" has no keys`);
    if (table === null) return complain(`table "${name}" is NULL`);
    return new PluginTable(name, keyType, input, table);
  }

  /** The plugin that has it is gone: from now on nothing of it is found. */
  close(): void {
    this.#reads = this.#writes = this.#names = {};
  }

  listFields(count: Deno.PointerObject): Deno.PointerValue {
    return this.#names.list?.(this.#table, count) ?? null;
  }

  field(name: string, type: StateType, complain: Complain): TableField | undefined {
    return this.#field(this.#names.field, name, type) ??
      complain(`table "${this.name}" has no field "${name}" of type ${type}`);
  }

  addField(name: string, type: StateType, complain: Complain): TableField | undefined {
    return this.#field(this.#names.addField, name, type) ??
      complain(`table "${this.name}" takes no field "${name}" of type ${type}`);
  }

  #field(
    of: Functions<typeof NAMES>["field"],
    name: string,
    type: StateType,
  ): TableField | undefined {
    const pointer = of?.(this.#table, cString(name), STATE_TYPES[type]) ?? null;
    if (pointer === null) return undefined;
    const key = `${addressOf(pointer)}`;
    let field = this.#fields.get(key);
    if (!field) this.#fields.set(key, field = { table: this, name, type, pointer });
    return field;
  }

  size(): bigint | undefined {
    return this.#reads.size?.(this.#table);
  }

  get(key: Deno.PointerObject): TableEntry | undefined {
    return entryOf(this.#reads.get?.(this.#table, key));
  }

  read(entry: TableEntry, field: TableField, out: Deno.PointerObject): boolean {
    return this.#reads.read?.(this.#table, at(entry), field.pointer ?? null, out) === 0;
  }

  release(entry: TableEntry): void {
    this.#reads.release?.(this.#table, at(entry));
  }

  iterate(visit: (entry: TableEntry) => boolean): boolean {
    if (!this.#reads.iterate) return false;
    const visitor = new Deno.UnsafeCallback(VISIT, (_state, pointer) => {
      try {
        return pointer !== null && visit(new PluginEntry(pointer)) ? 1 : 0;
      } catch {
        return 0;
      }
    });
    try {
      return this.#reads.iterate(this.#table, visitor.pointer, null) !== 0;
    } finally {
      visitor.close();
    }
  }

  clear(): boolean {
    return this.#writes.clear?.(this.#table) === 0;
  }

  erase(key: Deno.PointerObject): boolean {
    return this.#writes.erase?.(this.#table, key) === 0;
  }

  create(): TableEntry | undefined {
    return entryOf(this.#writes.create?.(this.#table));
  }

  destroy(entry: TableEntry): void {
    this.#writes.destroy?.(this.#table, at(entry));
  }

  add(key: Deno.PointerObject, entry: TableEntry): TableEntry | undefined {
    return entryOf(this.#writes.add?.(this.#table, key, at(entry)));
  }

  write(entry: TableEntry, field: TableField, value: Deno.PointerObject): boolean {
    return this.#writes.write?.(this.#table, at(entry), field.pointer ?? null, value) === 0;
  }
}

function entryOf(pointer: Deno.PointerValue | undefined): TableEntry | undefined {
  return pointer ? new PluginEntry(pointer) : undefined;
}

function at(entry: TableEntry): Deno.PointerValue {
  return entry instanceof PluginEntry ? entry.pointer : null;
}

function functionsOf<D extends Definitions>(
  definitions: D,
  input: DataView,
  { old, extended }: { readonly old: number; readonly extended: number },
): Functions<D> {
  const names = Object.keys(definitions);
  const more = pointerTo(input.getBigUint64(extended, true));
  const known = more === null && names.length > OLD_READS && old === READER
    ? names.slice(0, OLD_READS)
    : names;
  const table = more === null
    ? new DataView(input.buffer, old)
    : new DataView(copyAt(more, names.length * POINTER_BYTES).buffer);
  const functions: Record<string, unknown> = {};
  for (const [index, name] of known.entries()) {
    const pointer = pointerTo(table.getBigUint64(index * POINTER_BYTES, true));
    if (pointer === null) continue;
    const call = new Deno.UnsafeFnPointer(pointer as never, definitions[name]!);
    functions[name] = call.call.bind(call);
  }
  return functions as Functions<D>;
}
