/** From words to what events carry: names of numbers, texts that stand for lists. */
import { errnoName, flagTable, flagValue, signalName } from "../event/mod.ts";

const MAX_ERRNO = 530, MAX_SIGNAL = 64;

let errors: Map<string, number> | undefined;
let signals: Map<string, number> | undefined;

/** The result of a call that ended so: 0 for SUCCESS, -2 for ENOENT; absent for other words. */
export function resultOf(word: string): number | undefined {
  if (word === "SUCCESS") return 0;
  if (/^-?\d{1,10}$/.test(word)) return Number(word);
  errors ??= numbered(MAX_ERRNO, errnoName);
  const code = errors.get(word);
  return code === undefined ? undefined : -code;
}

/** SIGKILL or 9. */
export function signalOf(word: string): number | undefined {
  if (/^\d{1,2}$/.test(word)) return Number(word);
  signals ??= numbered(MAX_SIGNAL, signalName);
  return signals.get(word);
}

/** `O_RDONLY|O_CLOEXEC` in the numbers of a flag table; absent when a word is not in it. */
export function flagsOf(table: string, text: string): number | undefined {
  let flags = 0;
  for (const word of flagWords(text)) {
    const value = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word)
      ? Number(word)
      : flagValue(table, word);
    if (value === undefined) return undefined;
    flags |= value;
  }
  return flags >>> 0;
}

/** The first word that a flag table does not have. */
export function unknownFlag(table: string, text: string): string | undefined {
  return flagWords(text).find((word) => flagsOf(table, word) === undefined);
}

export function flagNames(table: string): readonly string[] {
  return flagTable(table)?.names.map(([name]) => name) ?? [];
}

function flagWords(text: string): string[] {
  return text.split("|").map((word) => word.trim()).filter((word) => word !== "");
}

/** The parts of a text that shows a list. */
export function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

function numbered(last: number, nameOf: (number: number) => string | undefined) {
  const numbers = new Map<string, number>();
  for (let number = 1; number <= last; number++) {
    const name = nameOf(number);
    if (name !== undefined && !numbers.has(name)) numbers.set(name, number);
  }
  return numbers;
}
