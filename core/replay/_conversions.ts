/** What is done with old events, by type and number of parameters. */
import { CONVERSION_ROWS } from "./_conversion_rows.ts";

export type Instruction =
  | { readonly from: "old"; readonly index: number }
  | { readonly from: "enter"; readonly index: number; readonly orEmpty: boolean }
  | { readonly from: "default" | "empty" | "container" };

export interface Conversion {
  readonly action: "store" | "keep" | "pass" | "add" | "become";
  /** Code of the new type; of `become` only. */
  readonly type: number;
  readonly instructions: readonly Instruction[];
}

let table: ReadonlyMap<number, Conversion> | undefined;

/** Absent: nobody knows. */
export function conversionOf(type: number, paramCount: number): Conversion | undefined {
  return conversions().get(keyOf(type, paramCount));
}

function conversions(): ReadonlyMap<number, Conversion> {
  return table ??= new Map(CONVERSION_ROWS.trim().split("\n").map(readRow));
}

function keyOf(type: number, paramCount: number): number {
  return type * 256 + paramCount;
}

function readRow(row: string): readonly [number, Conversion] {
  const [code, count, what, ...instructions] = row.split(" ");
  const [action, type] = what!.split(":");
  return [keyOf(Number(code), Number(count)), {
    action: action as Conversion["action"],
    type: Number(type ?? 0),
    instructions: instructions.map(readInstruction),
  }];
}

function readInstruction(word: string): Instruction {
  if (word === "_") return { from: "empty" };
  if (word === "0") return { from: "default" };
  if (word === "container") return { from: "container" };
  const index = Number(word.slice(1));
  return word[0] === "o"
    ? { from: "old", index }
    : { from: "enter", index, orEmpty: word[0] === "E" };
}
