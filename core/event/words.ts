/** Arguments and environments as the kernel has them: a NUL behind each text. */
import { CodeUnits, decodeUtf8, encodeUtf8 } from "../base/mod.ts";
import type { Image } from "./change.ts";

/** In code units: from here on, taking them apart before somebody asks is too much. */
const LONG = 4096;
const NUL = 0, SPACE = 32;
const NONE: readonly string[] = Object.freeze([]);

/**
 * Most rules ask for all of them in a row. Somebody who starts programs with thirty thousand arguments
 * makes others wait when each becomes a text of its own, so that is left for when one is asked for.
 */
export class Words {
  /** Without the NUL behind the last one; "" once they are taken apart. */
  #text: string;
  #list: readonly string[] | undefined;
  #line: string | undefined;
  #count: number | undefined;
  /** In UTF-16 units, with the NULs between them. */
  readonly length: number;
  /** Whether they are taken apart only when somebody asks for one. */
  readonly isLong: boolean;

  /** The last one has no NUL behind it when the list was cut. */
  constructor(text: string, isLong = text.length >= LONG) {
    this.isLong = isLong;
    this.#text = text.endsWith("\0") ? text.slice(0, -1) : text;
    this.length = this.#text.length;
    if (text === "") this.#list = NONE;
    else if (!this.isLong) this.#takeApart();
  }

  /** Somebody has asked for one. */
  get isApart(): boolean {
    return this.#list !== undefined;
  }

  /** Whether to ask how many there are is quick. */
  get isCounted(): boolean {
    return this.#list !== undefined || this.#count !== undefined;
  }

  /** How many there are: nothing is taken apart for it, a long text is looked through once. */
  get count(): number {
    return this.#list?.length ?? (this.#count ??= nulsIn(this.#text) + 1);
  }

  /** No longer than that, with a NUL behind each; not taken apart, and without what it begins. */
  beginning(most: number): Words {
    if (this.length < most || this.length === 0) return this;
    const text = this.#list?.join("\0") ?? this.#text;
    return new Words(decodeUtf8(encodeUtf8(text.slice(0, Math.max(0, most - 1)))), true);
  }

  /** Whether they are the same; nothing is taken apart for it. */
  equals(other: Words): boolean {
    if (this === other) return true;
    if (this.length !== other.length) return false;
    if (this.#list && other.#list || this.length === 0) return areSame(this.list, other.list);
    return (this.#list?.join("\0") ?? this.#text) === (other.#list?.join("\0") ?? other.#text);
  }

  get list(): readonly string[] {
    return this.#list ?? this.#takeApart();
  }

  /** Separated by spaces. */
  get line(): string {
    return this.#line ??= this.#list?.join(" ") ?? inRow(this.#text);
  }

  #takeApart(): readonly string[] {
    const list = this.#text.split("\0");
    this.#text = "";
    return this.#list = list;
  }
}

/** Whether lists have the same texts. */
export function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || a.length === b.length && a.every((text, index) => text === b[index]);
}

/** A NUL is one in UTF-8, too, and bytes are looked through three times as fast. */
function nulsIn(text: string): number {
  const bytes = encodeUtf8(text);
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === NUL) count++;
  return count;
}

/** To replace in a text takes ten times as long; in bytes it is quickest, where they are UTF-8. */
function inRow(text: string): string {
  if (!text.isWellFormed()) {
    const units = new CodeUnits(text.length);
    for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i) || SPACE);
    return units.toString();
  }
  const bytes = encodeUtf8(text);
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === NUL) bytes[i] = SPACE;
  return decodeUtf8(bytes);
}

/** What the lists of an image were made of. */
export interface ImageWords {
  readonly args: Words;
  readonly env: Words;
}

interface Made {
  readonly words: ImageWords;
  /** Copying this one takes nothing apart. */
  readonly plain: Image;
}

const madeOf = new WeakMap<Image, Made>();

/** The image with these lists for its own, taken apart when somebody asks; copies of it have plain ones. */
export function withWords(image: Image, words: ImageWords, others?: Partial<Image>): Image {
  const plain = { ...madeOf.get(image)?.plain ?? image, ...others };
  const made: Image = {
    ...plain,
    get args() {
      return words.args.list;
    },
    get env() {
      return words.env.list;
    },
  };
  madeOf.set(made, { words, plain });
  return made;
}

/** Absent where an image has its lists only. */
export function wordsOf(image: Image): ImageWords | undefined {
  return madeOf.get(image)?.words;
}
