/** System calls: numbers, names, and which event reports them. */
import { SYSCALL_ROWS } from "./_syscall_rows.ts";

export interface Syscall {
  /** Upstream's number, the same on every architecture (PPM_SC). */
  readonly code: number;
  readonly name: string;
  /** linux arch/x86/entry/syscalls/syscall_64.tbl; absent for calls x86-64 does not have. */
  readonly number: number | undefined;
  /** Code of the current exit event; absent for calls that are reported as generic events. */
  readonly exitEvent: number | undefined;
}

interface Index {
  readonly all: readonly Syscall[];
  readonly byCode: ReadonlyMap<number, Syscall>;
  readonly byNumber: readonly (Syscall | undefined)[];
  readonly byName: ReadonlyMap<string, Syscall>;
}

let index: Index | undefined;

export function syscalls(): readonly Syscall[] {
  return read().all;
}

/** By PPM_SC code. */
export function syscallByCode(code: number): Syscall | undefined {
  return read().byCode.get(code);
}

/** By x86-64 number. */
export function syscallByNumber(number: number): Syscall | undefined {
  return read().byNumber[number];
}

export function syscallByName(name: string): Syscall | undefined {
  return read().byName.get(name);
}

/** The system calls that have no event type of their own. */
export function genericSyscalls(): readonly Syscall[] {
  return read().all.filter((call) => call.exitEvent === undefined && call.code !== 0);
}

function read(): Index {
  if (index) return index;
  const all = SYSCALL_ROWS.trim().split("\n").map(readRow);
  const byNumber: Syscall[] = [];
  for (const call of all) if (call.number !== undefined) byNumber[call.number] = call;
  return index = {
    all,
    byCode: new Map(all.map((call) => [call.code, call])),
    byNumber,
    byName: new Map(all.map((call) => [call.name, call])),
  };
}

function readRow(row: string): Syscall {
  const [code, number, name, exitEvent] = row.split(" ");
  return {
    code: Number(code),
    name: name!,
    number: number === "-" ? undefined : Number(number),
    exitEvent: exitEvent === "-" ? undefined : Number(exitEvent),
  };
}
