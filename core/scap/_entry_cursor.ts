/** Reads the fields of one entry of a list, inside of bounds and without exceptions. */
import { utf8At } from "../base/mod.ts";
import type { CaptureBytes } from "./event.ts";

const HIGH_WORD = 4294967296;

/**
 * Past the bounds all numbers are 0 and all texts empty, and `overrun` says so: whoever reads an
 * entry looks once, at its end. So does whoever reads a text that is longer than allowed (`problem`).
 */
export class EntryCursor {
  overrun = false;
  #problem: string | undefined;
  readonly #bytes: CaptureBytes;
  readonly #view: DataView;
  readonly #start: number;
  #at: number;
  readonly #end: number;

  constructor(
    memory: { readonly bytes: CaptureBytes; readonly view: DataView },
    bounds: { readonly start: number; readonly end: number },
  ) {
    this.#bytes = memory.bytes;
    this.#view = memory.view;
    this.#start = this.#at = bounds.start;
    this.#end = bounds.end;
  }

  /** What is wrong with the entry whatever may follow. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What is missing may have been right. */
  fail(problem: string): void {
    if (!this.overrun) this.#problem ??= problem;
  }

  get consumed(): number {
    return this.#at - this.#start;
  }

  has(bytes: number): boolean {
    return this.#end - this.#at >= bytes;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#take(1) ? this.#bytes[this.#at - 1]! : 0;
  }

  u16(): number {
    return this.#take(2) ? this.#view.getUint16(this.#at - 2, true) : 0;
  }

  u32(): number {
    return this.#take(4) ? this.#view.getUint32(this.#at - 4, true) : 0;
  }

  u64(): bigint {
    return this.#take(8) ? this.#view.getBigUint64(this.#at - 8, true) : 0n;
  }

  /** An s64, exact below 2^53. */
  i64(): number {
    if (!this.#take(8)) return 0;
    const at = this.#at - 8;
    return this.#view.getInt32(at + 4, true) * HIGH_WORD + this.#view.getUint32(at, true);
  }

  flag(): boolean {
    return this.u8() !== 0;
  }

  /** A copy. */
  bytes(count: number): Uint8Array {
    if (!this.#take(count)) return new Uint8Array();
    return new Uint8Array(this.#bytes.subarray(this.#at - count, this.#at));
  }

  /** A u16 of length before it; anything behind a NUL is not part of it. */
  text(what: string, limitBytes: number): string {
    const text = this.#counted(what, limitBytes);
    const nul = text.indexOf("\0");
    return nul < 0 ? text : text.slice(0, nul);
  }

  /** Texts with a NUL behind each, though the last one may lack it. */
  texts(what: string, limitBytes: number): string[] {
    const text = this.#counted(what, limitBytes);
    if (text === "") return [];
    return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
  }

  /** Text of a fixed size, up to its NUL. */
  fixedText(count: number): string {
    if (!this.#take(count)) return "";
    const text = utf8At(this.#bytes, this.#at - count, this.#at);
    const nul = text.indexOf("\0");
    return nul < 0 ? text : text.slice(0, nul);
  }

  #counted(what: string, limitBytes: number): string {
    const length = this.u16();
    if (length > limitBytes) {
      this.fail(`a ${what} has ${length} bytes, at most ${limitBytes} are allowed`);
      return "";
    }
    return this.#take(length) ? utf8At(this.#bytes, this.#at - length, this.#at) : "";
  }

  /** What follows something too long would be read from the midst of it. */
  #take(count: number): boolean {
    if (this.overrun || this.#end - this.#at < count) {
      this.overrun = true;
      return false;
    }
    this.#at += count;
    return true;
  }
}
