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
  /** Whether it would take a while to take them apart. */
  readonly isLong: boolean;

  /** The last one has no NUL behind it when the list was cut. */
  constructor(text: string) {
    this.isLong = text.length >= LONG;
    this.#text = text.endsWith("\0") ? text.slice(0, -1) : text;
    if (text === "") this.#list = NONE;
    else if (!this.isLong) this.#takeApart();
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

const wordsByImage = new WeakMap<Image, ImageWords>();

/** The image with these lists for its own, taken apart when somebody asks; copies of it have plain ones. */
export function withWords(image: Image, words: ImageWords): Image {
  const made: Image = {
    ...image,
    get args() {
      return words.args.list;
    },
    get env() {
      return words.env.list;
    },
  };
  wordsByImage.set(made, words);
  return made;
}

/** Absent where an image has its lists only. */
export function wordsOf(image: Image): ImageWords | undefined {
  return wordsByImage.get(image);
}
