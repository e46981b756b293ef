/** The entries of a block before the events, one by one: lists may be larger than memory should be. */
import type {
  ScapDescriptor,
  ScapGroup,
  ScapInterface,
  ScapMachine,
  ScapProcess,
  ScapStart,
  ScapUser,
} from "./entries.ts";
import type { ListForm, ListKind } from "./format.ts";
import { EntryCursor } from "./_entry_cursor.ts";
import {
  readAccount,
  readDescriptor,
  readInterface,
  readMachine,
  readStart,
} from "./_read_entry.ts";
import { readProcess } from "./_read_process.ts";
import type { Window } from "./_window.ts";

export type ListItem =
  | ScapMachine
  | ScapInterface
  | ScapUser
  | ScapGroup
  | ScapProcess
  | ScapDescriptor
  | ScapStart;

/** `short`: so many bytes have to be in the window. `done`: the rest of the block is padding. */
export type ListStep =
  | ListItem
  | { readonly kind: "short"; readonly wantedBytes: number }
  | { readonly kind: "corrupt"; readonly message: string }
  | { readonly kind: "done" };

/** More than the known fields of any entry: the limits of their texts add up to 18 KB. */
const LARGEST_ENTRY_BYTES = 32 << 10;

/** Blocks end with up to three bytes of padding. */
const PADDING_BYTES = 3;

/** First version whose entries begin with their length. */
const LENGTH_SINCE: Readonly<Record<ListKind, number>> = {
  machine: Infinity,
  processes: 9,
  descriptors: 2,
  interfaces: 2,
  users: 2,
  starts: Infinity,
};

const NAMES: Readonly<Record<ListKind, string>> = {
  machine: "the machine's description",
  processes: "the process list",
  descriptors: "a list of descriptors",
  interfaces: "the interface list",
  users: "the user list",
  starts: "the list of starts",
};

export class ListReader {
  readonly #form: ListForm;
  /** Offset in the file of the end of the body. */
  readonly #end: number;
  #threadId: number | undefined;
  #machineRead = false;

  /** The window stands at the block's body. */
  constructor(form: ListForm, end: number) {
    this.#form = form;
    this.#end = end;
  }

  next(window: Window): ListStep {
    const { list, version } = this.#form;
    if (list === "descriptors" && this.#threadId === undefined) {
      if (this.#end - window.position < 8) return this.#corrupt("it ends before its thread");
      if (window.available < 8) return { kind: "short", wantedBytes: 8 };
      this.#threadId = this.#cursor(window, 0, 8).i64();
      window.at += 8;
    }
    for (;;) {
      const left = this.#end - window.position;
      if (left <= PADDING_BYTES || this.#machineRead) return { kind: "done" };
      const hasLength = version >= LENGTH_SINCE[list];
      if (hasLength && window.available < 4) return { kind: "short", wantedBytes: 4 };
      const length = hasLength ? this.#entryLength(window) : left;
      if (length > left) return this.#corrupt(`an entry of ${length} bytes where ${left} are left`);
      const wantedBytes = Math.min(length, LARGEST_ENTRY_BYTES);
      const missing = window.available < wantedBytes;
      if (missing && (hasLength || !window.ended)) return { kind: "short", wantedBytes };
      const start = hasLength ? 4 : 0;
      const cursor = this.#cursor(window, start, Math.min(wantedBytes, window.available));
      const item = this.#read(cursor);
      if (cursor.problem !== undefined) return this.#corrupt(cursor.problem);
      if (cursor.overrun) {
        if (missing) return { kind: "short", wantedBytes };
        return this.#corrupt("an entry is too short for what it has to hold");
      }
      if (!item && !hasLength) return this.#corrupt("an interface of an unknown type");
      window.skip(hasLength ? length : cursor.consumed);
      this.#machineRead = list === "machine";
      if (item) return item;
    }
  }

  #read(cursor: EntryCursor): ListItem | undefined {
    const { list, version } = this.#form;
    switch (list) {
      case "machine":
        return readMachine(cursor);
      case "processes":
        return readProcess(cursor, version);
      case "descriptors":
        return readDescriptor(cursor, this.#threadId!, version);
      case "interfaces":
        return readInterface(cursor);
      case "users":
        return readAccount(cursor);
      case "starts":
        return readStart(cursor);
      default:
        return list satisfies never;
    }
  }

  /** With the four bytes of the length itself, which interfaces do not count. */
  #entryLength(window: Window): number {
    const length = window.view.getUint32(window.at, true);
    return this.#form.list === "interfaces" ? length + 4 : length;
  }

  #cursor(window: Window, start: number, end: number): EntryCursor {
    return new EntryCursor(window, { start: window.at + start, end: window.at + end });
  }

  #corrupt(message: string): ListStep {
    return { kind: "corrupt", message: `${NAMES[this.#form.list]} is broken: ${message}` };
  }
}
