/** A table of falcod's own, as plugins see it. They may read it, and add fields that only plugins use. */
import { nameList, putCount } from "./field_list.ts";
import type { Struct } from "./memory.ts";
import {
  putPointer,
  putStateValue,
  type StateType,
  type StateValue,
  stateValueAt,
} from "./state_value.ts";
import {
  type Complain,
  innerTableHandle,
  keepText,
  type Table,
  type TableEntry,
  type TableField,
} from "./tables.ts";

export interface HostField {
  readonly name: string;
  readonly type: StateType;
}

/** What falcod shows of its own state. */
export interface HostTable {
  readonly name: string;
  readonly keyType: StateType;
  readonly fields: readonly HostField[];
  size(): number;
  get(key: StateValue): TableEntry | undefined;
  entries(): Iterable<TableEntry>;
  /** An entry that stands for any: plugins find the fields of tables in entries by one. */
  readonly template?: TableEntry;
  /** Absent: the entry has no such value. */
  read(entry: TableEntry, field: string): StateValue | HostTable | undefined;
}

const MAX_ADDED_FIELDS = 256;

export class HostTableView implements Table {
  readonly name: string;
  readonly keyType: StateType;
  readonly #table: HostTable;
  readonly #fields = new Map<string, TableField>();
  readonly #own: ReadonlySet<string>;
  readonly #added = new WeakMap<TableEntry, Map<string, StateValue>>();
  /** By the number of fields there were: threads of plugins may go on looking at one. */
  readonly #lists = new Map<number, Struct>();

  constructor(table: HostTable) {
    this.name = table.name;
    this.keyType = table.keyType;
    this.#table = table;
    for (const field of table.fields) this.#fields.set(field.name, { table: this, ...field });
    this.#own = new Set(this.#fields.keys());
  }

  listFields(count: Deno.PointerObject): Deno.PointerValue {
    const fields = [...this.#fields.values()];
    putCount(count, fields.length);
    let list = this.#lists.get(fields.length);
    if (!list) {
      list = nameList(fields.map(({ name, type }) => ({
        name,
        type,
        isReadOnly: this.#own.has(name),
      })));
      this.#lists.set(fields.length, list);
    }
    return list.pointer;
  }

  field(name: string, type: StateType, complain: Complain): TableField | undefined {
    const field = this.#fields.get(name);
    if (!field) return complain(`table "${this.name}" has no field "${name}"`);
    if (field.type === type) return field;
    return complain(`field "${name}" of table "${this.name}" has the type ${field.type}`);
  }

  addField(name: string, type: StateType, complain: Complain): TableField | undefined {
    if (this.#fields.has(name)) return this.field(name, type, complain);
    if (type === "table") return complain("tables cannot be added to entries");
    if (this.#fields.size - this.#own.size >= MAX_ADDED_FIELDS) {
      return complain(`table "${this.name}" has enough fields`);
    }
    const field = { table: this, name, type };
    this.#fields.set(name, field);
    return field;
  }

  size(): bigint {
    return BigInt(this.#table.size());
  }

  get(key: Deno.PointerObject): TableEntry | undefined {
    const value = stateValueAt(key, this.keyType);
    return value === undefined ? undefined : this.#table.get(value);
  }

  read(entry: TableEntry, field: TableField, out: Deno.PointerObject): boolean {
    const value = this.#own.has(field.name)
      ? this.#table.read(entry, field.name)
      : this.#added.get(entry)?.get(field.name) ?? (field.type === "string" ? "" : 0);
    if (value === undefined) return false;
    if (typeof value !== "object") return putStateValue(out, field.type, value, keepText);
    const handle = innerTableHandle(entry, new HostTableView(value));
    putPointer(out, handle);
    return handle !== null;
  }

  write(entry: TableEntry, field: TableField, from: Deno.PointerObject): boolean {
    if (this.#own.has(field.name)) return false;
    const value = stateValueAt(from, field.type);
    if (value === undefined) return false;
    let values = this.#added.get(entry);
    if (!values) this.#added.set(entry, values = new Map());
    values.set(field.name, value);
    return true;
  }

  release(): void {}

  iterate(visit: (entry: TableEntry) => boolean): boolean {
    for (const entry of this.#table.entries()) if (!visit(entry)) return false;
    return true;
  }

  // Its entries are what falcod knows of the machine: nobody else makes or removes them.
  clear(): boolean {
    return false;
  }
  erase(): boolean {
    return false;
  }
  create(): TableEntry | undefined {
    return this.#table.template;
  }
  destroy(): void {}
  add(): undefined {
    return undefined;
  }
}
