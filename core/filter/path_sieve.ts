/**
 * What leaves say of paths, told from the path's bytes: most paths are nothing that rules name, and
 * are then neither decoded nor held against anything.
 *
 * One walk along the path tells which beginnings it has that leaves ask for, a second one whether an
 * end or a part is in it that leaves ask for (an automaton after Aho and Corasick, Communications of
 * the ACM 18, 1975). Of paths with the same beginnings and nothing else, each leaf is equally true.
 */
import { encodeUtf8 } from "../base/mod.ts";
import { type ByteTables, ByteTree, END } from "./_byte_tree.ts";
import type { Leaf } from "./leaf.ts";

/** Nothing can be told: leaves name this path, or may name it. */
export const SPECIAL = -1;

/** Fields that are the path or a part of it. */
const ABOUT: ReadonlyMap<string, About> = new Map([
  ["fd.name", "name"],
  ["fd.nameraw", "name"],
  ["fd.realpath", "name"],
  ["fd.directory", "directory"],
  ["fd.filename", "file"],
]);

type About = "name" | "directory" | "file";

const SLASH = 0x2f, DOT = 0x2e;
/** As long as a path that is passed to the kernel, linux include/uapi/linux/limits.h. */
const LONGEST_TEXT = 4096;
/** Bytes of all texts together: tables have a row for each. */
const MAX_BYTES = 8192;

/** Marks of a node that a walk from the beginning comes to. */
/** The path is one of those that begin so; leaves tell no more of it. */
const BEGINS = 1;
/** The whole path is named. */
const WHOLE = 2;
/** Whatever begins so is special. */
const ANY = 4;
/** The directory, with the slash behind it, is named. */
const DIRECTORY = 8;
/** The directory is one of those that begin so. */
const DIRECTORY_BEGINS = 16;

/** The mark of ends and parts. */
const FOUND = 1;

export class PathSieve {
  readonly #beginnings = new ByteTree();
  readonly #parts = new ByteTree();
  #beginningTables: ByteTables | undefined;
  #partTables: ByteTables | undefined;
  #scratch: Uint8Array | undefined;

  /**
   * From now on the leaf counts; false when it is of a kind that cannot be told from bytes, and does
   * not. To be called before the first `kindOf`.
   */
  add(leaf: Leaf): boolean {
    const { left } = leaf;
    const about = left.kind === "field" ? ABOUT.get(left.definition.name) : undefined;
    if (about === undefined) return false;
    if (leaf.kind === "exists") return true;
    const { operator, right } = leaf;
    if (right.kind !== "constants") return false;
    const texts = right.constants.filter((constant) => typeof constant === "string");
    if (texts.length < right.constants.length || !this.#hasRoomFor(texts)) return false;
    switch (operator.name) {
      case "=":
      case "==":
      case "!=":
      case "in":
        for (const text of texts) this.#equals(about, text);
        return true;
      case "startswith":
        for (const text of texts) this.#startsWith(about, text);
        return true;
      case "endswith":
      case "contains":
        for (const text of texts) {
          this.#part(text, about === "name" && operator.name === "endswith");
        }
        return true;
      case "glob":
        return about === "name" && texts.every((text) => this.#glob(text));
      case "pmatch":
        return about !== "file" && texts.every((text) => this.#pathMatches(about, text));
      default:
        return false;
    }
  }

  #hasRoomFor(texts: readonly string[]): boolean {
    let bytes = this.#beginnings.size + this.#parts.size;
    // With the slash or the end that may be added, and twice for those that make two.
    for (const text of texts) bytes += 2 * encodeUtf8(text).length + 4;
    return bytes <= MAX_BYTES;
  }

  #equals(about: About, text: string): void {
    if (about === "name") this.#begin(text, WHOLE);
    else if (about === "directory") this.#begin(text === "/" ? text : `${text}/`, DIRECTORY);
    else this.#part(`/${text}`, true);
  }

  #startsWith(about: About, text: string): void {
    // A text that is cut within a character is the beginning of other bytes as well.
    const isWhole = text.isWellFormed();
    if (about === "name") this.#begin(text, isWhole ? BEGINS : ANY);
    else if (about === "directory") this.#begin(text, isWhole ? DIRECTORY_BEGINS : ANY);
    else this.#part(`/${text}`, false);
  }

  /** False for patterns with nothing that all their texts have in common. */
  #glob(pattern: string): boolean {
    if (/[[\\]/.test(pattern)) return false;
    const texts = pattern.split(/[*?]+/);
    const first = texts[0]!, last = texts.at(-1)!;
    if (texts.length === 1) this.#begin(pattern, WHOLE);
    else if (pattern === `${first}*` && first.isWellFormed()) this.#begin(first, BEGINS);
    else {
      const between = texts.slice(1, -1).toSorted((a, b) => b.length - a.length)[0] ?? "";
      if (between.length > last.length) this.#part(between, false);
      else if (last !== "") this.#part(last, true);
      else if (first !== "") this.#begin(first, ANY);
      else return false;
    }
    return true;
  }

  /** False for patterns that may be above any path. */
  #pathMatches(about: "name" | "directory", path: string): boolean {
    const components = path.split("/").filter((component) => component !== "");
    const plain = components.findIndex((component) => /[*?[\\]/.test(component));
    const fixed = components.slice(0, plain < 0 ? undefined : plain);
    const text = fixed.map((component) => `/${component}`).join("");
    if (plain >= 0) {
      if (text === "") return false;
      this.#begin(`${text}/`, ANY);
    } else if (text !== "") {
      this.#begin(`${text}/`, text.isWellFormed() ? BEGINS : ANY);
      if (about === "name") this.#begin(text, WHOLE);
    }
    return true;
  }

  #begin(text: string, mark: number): void {
    this.#beginnings.add(encodeUtf8(text), mark);
    this.#beginningTables = undefined;
  }

  #part(text: string, atEnd: boolean): void {
    if (text === "") return;
    const bytes = encodeUtf8(text);
    this.#parts.add(atEnd ? [...bytes, END] : bytes, FOUND);
    this.#partTables = undefined;
  }

  /**
   * A number that paths share of which every leaf that counts is equally true, or `SPECIAL`. The path
   * is one of the kernel's: absolute, without `.`, `..` and empty components, and not just `/`.
   */
  kindOf(bytes: Uint8Array, start: number, end: number): number {
    const kind = this.#beginningOf(bytes, start, end);
    return kind === SPECIAL || this.#hasPart(bytes, start, end) ? SPECIAL : kind;
  }

  /** The same of a path that is decoded already; `SPECIAL` also for any that `kindOf` does not take. */
  kindOfText(text: string): number {
    const { length } = text;
    if (length < 2 || length > LONGEST_TEXT || text.charCodeAt(0) !== SLASH) return SPECIAL;
    const bytes = this.#scratch ??= new Uint8Array(LONGEST_TEXT);
    let component = 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return SPECIAL;
      bytes[i] = code;
      if (code !== SLASH || i === 0) continue;
      if (isNowhere(bytes, component, i)) return SPECIAL;
      component = i + 1;
    }
    return isNowhere(bytes, component, length) ? SPECIAL : this.kindOf(bytes, 0, length);
  }

  #beginningOf(bytes: Uint8Array, start: number, end: number): number {
    const { column, columns, next, marks } = this.#beginningTables ??= this.#beginnings.tables();
    let node = 0, kind = 0;
    for (let i = start; i < end; i++) {
      node = next[node * columns + column[bytes[i]!]!]!;
      if (node === 0) break;
      const mark = marks[node]!;
      if (mark === 0) continue;
      if ((mark & ANY) !== 0) return SPECIAL;
      if ((mark & WHOLE) !== 0 && i === end - 1) return SPECIAL;
      if ((mark & (DIRECTORY | DIRECTORY_BEGINS)) !== 0) {
        const slash = lastSlash(bytes, end);
        if ((mark & DIRECTORY) !== 0 && slash === i) return SPECIAL;
        if ((mark & DIRECTORY_BEGINS) !== 0 && slash <= i) return SPECIAL;
      }
      if ((mark & (BEGINS | DIRECTORY_BEGINS)) !== 0) kind = node;
    }
    return kind;
  }

  #hasPart(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#parts.size === 1) return false;
    const { column, columns, next, marks } = this.#partTables ??= this.#parts.automaton();
    let node = 0;
    for (let i = start; i < end; i++) {
      node = next[node * columns + column[bytes[i]!]!]!;
      if (marks[node] !== 0) return true;
    }
    return marks[next[node * columns + column[END]!]!] !== 0;
  }
}

/** Whether a component is empty, `.` or `..`. */
function isNowhere(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length > 2) return false;
  return length === 0 || bytes[start] === DOT && (length === 1 || bytes[start + 1] === DOT);
}

function lastSlash(bytes: Uint8Array, end: number): number {
  let i = end - 1;
  while (bytes[i] !== SLASH) i--;
  return i;
}
