/**
 * What plugins can ask of falcod: the functions they are handed, and who is asked.
 *
 * Functions are made once in a process and tell plugins apart by the pointer to their owner. One that
 * is called on another thread waits until the event loop of falcod comes to it. So while falcod waits
 * for a plugin it must not hold up the loop: see `SYMBOLS`.
 */
import { ASYNC_EVENT, RC } from "./abi.ts";
import { EVENT_HEADER } from "./event_input.ts";
import { addressOf, copyAt, Struct, textAt } from "./memory.ts";
import { MAX_EVENT_BYTES } from "./batch.ts";
import { cString } from "../libc.ts";
import type { PluginTable } from "./plugin_table.ts";
import { Routines } from "./routines.ts";
import { keepText, type Tables } from "./tables.ts";

/** ss_plugin_log_severity, from fatal (1) to trace (8). */
export type LogLevel = "error" | "warning" | "info" | "debug";
const LEVELS: readonly LogLevel[] = [
  "error",
  "error",
  "error",
  "error",
  "warning",
  "info",
  "info",
  "debug",
  "debug",
];
/** Longest message that goes into the log. */
const MAX_MESSAGE_BYTES = 4096;
/** PLUGIN_MAX_ERRLEN, the NUL included. */
const MAX_ERROR_BYTES = 1024;

export interface OwnerOptions {
  /** Of the plugin, for messages. */
  readonly name: string;
  /** Event source that this state of the plugin is for. */
  readonly source: string;
  readonly log: (level: LogLevel, message: string) => void;
  /** Of its event source. */
  readonly tables?: Tables;
}

/** `bytes` is a copy. Says what is wrong with the event, if something is. */
export type AsyncHandler = (bytes: Uint8Array<ArrayBuffer>) => string | undefined;

/** Who a plugin belongs to: one for each state that a plugin has. */
export class Owner implements Disposable {
  readonly #handle = new Struct(8);
  readonly name: string;
  readonly source: string;
  readonly log: OwnerOptions["log"];
  readonly tables: Tables | undefined;
  readonly routines = new Routines();
  readonly #ownTables: PluginTable[] = [];
  /** Absent: nobody takes such events now. */
  onAsyncEvent: AsyncHandler | undefined;
  #error: Uint8Array<ArrayBuffer> | undefined;

  constructor({ name, source, log, tables }: OwnerOptions) {
    this.name = name;
    this.source = source;
    this.tables = tables;
    this.log = log;
    owners.set(addressOf(this.pointer), this);
  }

  get pointer(): Deno.PointerObject {
    return this.#handle.pointer;
  }

  /** The plugin shares a table of its own; false when there is one of that name. */
  addTable(table: PluginTable): boolean {
    if (!this.tables?.add(table)) return false;
    this.#ownTables.push(table);
    return true;
  }

  /** The plugin goes: whoever uses its tables is not led to them any more. */
  closeTables(): void {
    for (const table of this.#ownTables.splice(0)) table.close();
  }

  /** What the plugin is told when it asks why something failed. */
  set lastError(message: string) {
    this.#error = cString(message);
    // Another thread may still be reading the one before.
    keepText(this.#error);
  }

  get errorPointer(): Deno.PointerValue {
    return this.#error ? Deno.UnsafePointer.of(this.#error) : null;
  }

  [Symbol.dispose](): void {
    owners.delete(addressOf(this.pointer));
  }
}

const owners = new Map<bigint, Owner>();

/** Of a pointer that a plugin passes; absent when it is none of ours, or its plugin is gone. */
export function ownerAt(pointer: Deno.PointerValue): Owner | undefined {
  return owners.get(addressOf(pointer));
}

/** Functions for every plugin, tables apart. */
export interface OwnerFunctions {
  readonly log: Deno.PointerObject;
  readonly lastError: Deno.PointerObject;
  readonly asyncEvent: Deno.PointerObject;
  readonly subscribe: Deno.PointerObject;
  readonly unsubscribe: Deno.PointerObject;
}

let functions: OwnerFunctions | undefined;

/** Made at the first call; they stay as long as the process. */
export function ownerFunctions(): OwnerFunctions {
  return functions ??= {
    log: callback(
      { parameters: ["pointer", "pointer", "pointer", "i32"], result: "void" },
      (owner, component, message, severity) => {
        const own = ownerAt(owner);
        const text = textAt(message, MAX_MESSAGE_BYTES);
        if (!own || text === undefined) return;
        const by = textAt(component, MAX_MESSAGE_BYTES) ?? own.name;
        own.log(LEVELS[severity] ?? "info", `${by}: ${text.trimEnd()}`);
      },
      undefined,
    ),
    lastError: callback(
      { parameters: ["pointer"], result: "pointer" },
      (owner) => ownerAt(owner)?.errorPointer ?? null,
      null,
    ),
    asyncEvent: callback(
      { parameters: ["pointer", "pointer", "pointer"], result: "i32" },
      (owner, event, error) => {
        const problem = takeAsyncEvent(ownerAt(owner), event);
        if (problem === undefined) return RC.success;
        if (error !== null) fill(error, problem);
        return RC.failure;
      },
      RC.failure,
    ),
    subscribe: callback(
      { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
      (owner, routine, state) => ownerAt(owner)?.routines.subscribe(routine, state) ?? null,
      null,
    ),
    unsubscribe: callback(
      { parameters: ["pointer", "pointer"], result: "i32" },
      (owner, handle) => ownerAt(owner)?.routines.unsubscribe(handle) ? RC.success : RC.failure,
      RC.failure,
    ),
  };
}

function takeAsyncEvent(
  owner: Owner | undefined,
  pointer: Deno.PointerValue,
): string | undefined {
  if (!owner?.onAsyncEvent) return "nobody takes asynchronous events now";
  if (pointer === null) return "there is no event";
  const header = new DataView(copyAt(pointer, EVENT_HEADER.byteLength).buffer);
  const length = header.getUint32(EVENT_HEADER.length, true);
  const type = header.getUint16(EVENT_HEADER.type, true);
  const count = header.getUint32(EVENT_HEADER.paramCount, true);
  if (type !== ASYNC_EVENT || count !== 3) return "it is no asynchronous event";
  if (length < EVENT_HEADER.byteLength || length > MAX_EVENT_BYTES) return "it has no length";
  return owner.onAsyncEvent(copyAt(pointer, length));
}

/** A message for a plugin, in the memory it has for that. */
function fill(at: Deno.PointerObject, message: string): void {
  const bytes = cString(message).slice(0, MAX_ERROR_BYTES);
  bytes[bytes.length - 1] = 0;
  new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(at, bytes.length)).set(bytes);
}

/** `failed` is the answer where our own code breaks: no exception may reach the plugin. */
export function callback<const Definition extends Deno.UnsafeCallbackDefinition>(
  definition: Definition,
  answer: Deno.UnsafeCallbackFunction<Definition["parameters"], Definition["result"]>,
  failed: ReturnType<
    Deno.UnsafeCallbackFunction<Definition["parameters"], Definition["result"]>
  >,
): Deno.PointerObject {
  // deno-lint-ignore no-explicit-any
  const guarded: any = (...given: Parameters<typeof answer>) => {
    try {
      return answer(...given);
    } catch {
      return failed;
    }
  };
  const made = new Deno.UnsafeCallback(definition, guarded);
  kept.push(made);
  return made.pointer;
}

const kept: unknown[] = [];
