/**
 * Tables of state that plugins share: falcod's own, and those that plugins have. Plugins know tables,
 * entries and fields by handles, which are numbers in the place of pointers.
 */
import { lastCall } from "./last_call.ts";
import { pointerTo } from "./memory.ts";
import type { StateType } from "./state_value.ts";

/** An entry as its table knows it. */
export type TableEntry = object;

export interface TableField {
  readonly table: Table;
  readonly name: string;
  readonly type: StateType;
  /** What the plugin that has the table calls it. */
  readonly pointer?: Deno.PointerObject;
}

/** What is wrong goes to the plugin that asks: every `undefined` and `false` has a `Complain` before it. */
export type Complain = (problem: string) => undefined;

export interface Table {
  readonly name: string;
  readonly keyType: StateType;
  /** An array of ss_plugin_table_fieldinfo; writes their number to `count`. */
  listFields(count: Deno.PointerObject): Deno.PointerValue;
  field(name: string, type: StateType, complain: Complain): TableField | undefined;
  addField(name: string, type: StateType, complain: Complain): TableField | undefined;
  /** Absent: it cannot be told. */
  size(): bigint | undefined;
  get(key: Deno.PointerObject): TableEntry | undefined;
  read(entry: TableEntry, field: TableField, out: Deno.PointerObject): boolean;
  release(entry: TableEntry): void;
  /** `visit` answers whether to go on; false when it did not, or it failed. */
  iterate(visit: (entry: TableEntry) => boolean): boolean;
  clear(): boolean;
  erase(key: Deno.PointerObject): boolean;
  create(): TableEntry | undefined;
  destroy(entry: TableEntry): void;
  add(key: Deno.PointerObject, entry: TableEntry): TableEntry | undefined;
  write(entry: TableEntry, field: TableField, value: Deno.PointerObject): boolean;
}

interface Handle {
  readonly number: bigint;
  /** By how many: each gives it back once. */
  borrowed: number;
}

/** Things that plugins know by a number. */
class Handles<Thing extends object> {
  readonly #things = new Map<bigint, Thing>();
  readonly #handles = new Map<Thing, Handle>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The same thing has the same handle; NULL when there are too many. */
  handle(thing: Thing): Deno.PointerValue {
    let handle = this.#handles.get(thing);
    if (!handle) {
      if (this.#things.size >= this.#limit) return null;
      handle = { number: nextHandle++, borrowed: 0 };
      this.#things.set(handle.number, thing);
      this.#handles.set(thing, handle);
    }
    handle.borrowed++;
    return pointerTo(handle.number);
  }

  at(handle: Deno.PointerValue): Thing | undefined {
    return this.#things.get(Deno.UnsafePointer.value(handle));
  }

  has(thing: Thing): boolean {
    return this.#handles.has(thing);
  }

  /** What it stands for is known as long as others have it. */
  forget(pointer: Deno.PointerValue): void {
    const thing = this.at(pointer);
    const handle = thing && this.#handles.get(thing);
    if (!handle || --handle.borrowed > 0) return;
    this.#handles.delete(thing);
    this.#things.delete(handle.number);
  }

  clear(): void {
    this.#things.clear();
    this.#handles.clear();
  }
}

let nextHandle = 1n;

const MAX_TABLES = 4096, MAX_FIELDS = 65_536, MAX_ENTRIES = 1 << 20;

export const tableHandles = new Handles<Table>(MAX_TABLES);
export const fieldHandles = new Handles<TableField>(MAX_FIELDS);

/**
 * Handles of what plugins borrow. What is asked for during a call of ours is gone when that is over, as
 * in Falco. A thread of a plugin asks at any time, which is when we are in no call: that stays until it
 * is given back.
 */
class Borrowed<Thing extends object> {
  readonly #ofCall = new Handles<Thing>(MAX_ENTRIES);
  readonly #ofThreads = new Handles<Thing>(MAX_ENTRIES);

  handle(thing: Thing): Deno.PointerValue {
    return (callsUnderWay > 0 ? this.#ofCall : this.#ofThreads).handle(thing);
  }

  at(handle: Deno.PointerValue): Thing | undefined {
    return this.#ofCall.at(handle) ?? this.#ofThreads.at(handle);
  }

  /** Handles are numbers of their own: it is of one of both. */
  forget(handle: Deno.PointerValue): void {
    this.#ofCall.forget(handle);
    this.#ofThreads.forget(handle);
  }

  /** A thread has it. */
  isLent(thing: Thing): boolean {
    return this.#ofThreads.has(thing);
  }

  endCall(): void {
    this.#ofCall.clear();
  }
}

export const entryHandles = new Borrowed<TableEntry>();
/** Tables in entries of others. */
export const innerTableHandles = new Borrowed<Table>();
/** Those that threads have of an entry. */
const innerTables = new WeakMap<TableEntry, Deno.PointerValue[]>();

/** A handle of a table in an entry, which is good as long as the entry is borrowed. */
export function innerTableHandle(entry: TableEntry, table: Table): Deno.PointerValue {
  const handle = innerTableHandles.handle(table);
  if (callsUnderWay > 0) return handle;
  const handles = innerTables.get(entry);
  if (handles) handles.push(handle);
  else innerTables.set(entry, [handle]);
  return handle;
}

/** An entry is not used any more by who got this handle. */
export function giveEntryBack(handle: Deno.PointerValue): void {
  const entry = entryHandles.at(handle);
  entryHandles.forget(handle);
  if (!entry || entryHandles.isLent(entry)) return;
  for (const inner of innerTables.get(entry) ?? []) innerTableHandles.forget(inner);
  innerTables.delete(entry);
}

let callsUnderWay = 0;
let textsOfCall: unknown[] = [];
/** Nobody says when a thread has done with a text: long after so many others, surely. */
const MAX_TEXTS_OF_THREADS = 4096;
const textsOfThreads: unknown[] = [];
let texts = 0;

/** Keeps memory that a plugin looks at for as long as it may. */
export function keepText(memory: unknown): void {
  if (callsUnderWay > 0) textsOfCall.push(memory);
  else textsOfThreads[texts++ % MAX_TEXTS_OF_THREADS] = memory;
}

/**
 * Calls a plugin that may use tables meanwhile, and lets go then of what it borrowed. `text` is the
 * call's, of `LastCall.textOf`.
 */
export function duringCall<T>(text: number, call: () => T): T {
  const notes = lastCall();
  const before = notes.begin(text);
  callsUnderWay++;
  try {
    return call();
  } finally {
    notes.end(before);
    callsUnderWay--;
    if (textsOfCall.length > 0) textsOfCall = [];
    entryHandles.endCall();
    innerTableHandles.endCall();
  }
}

/** Tables of one event source. */
export class Tables {
  readonly #tables = new Map<string, Table>();

  get(name: string): Table | undefined {
    return this.#tables.get(name);
  }

  /** False when there is one of that name. */
  add(table: Table): boolean {
    if (this.#tables.has(table.name) || this.#tables.size >= MAX_TABLES) return false;
    this.#tables.set(table.name, table);
    return true;
  }

  all(): readonly Table[] {
    return [...this.#tables.values()];
  }
}
