/** Cases of ASCII letters, as tolower(3) and toupper(3) change them in the C locale. */
import { Buffer } from "node:buffer";
import { CodeUnits } from "./code_units.ts";

const UPPER_A = 65, LOWER_A = 97, LETTERS = 26;

export function asciiLower(text: string): string {
  if (!/[A-Z]/.test(text)) return text;
  return isAscii(text) ? text.toLowerCase() : withCaseFrom(text, UPPER_A);
}

export function asciiUpper(text: string): string {
  if (!/[a-z]/.test(text)) return text;
  return isAscii(text) ? text.toUpperCase() : withCaseFrom(text, LOWER_A);
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function withCaseFrom(text: string, first: number): string {
  const distance = first === UPPER_A ? LOWER_A - UPPER_A : UPPER_A - LOWER_A;
  const changed = new CodeUnits(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    changed.push(unit >= first && unit < first + LETTERS ? unit + distance : unit);
  }
  return changed.toString();
}
