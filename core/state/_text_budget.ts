/** How much memory the texts of processes may take: whoever starts processes chooses them. */
import type { Image } from "../event/mod.ts";
import {
  beginningOf,
  cutImage,
  imageBytes,
  isUnmeasured,
  measureImage,
  TEXT_LIMITS,
  type TextLimits,
} from "./image_texts.ts";

/** Something in the table that has texts of its own, or shares those of others. */
export interface TextHolder {
  /** Absent: another one's. */
  readonly ownImage: Image | undefined;
  readonly ownPaths: readonly string[];
  /** Takes what is left of them in their place. */
  keepTexts(image: Image | undefined, cutPath: (path: string) => string): void;
}

/** About bytes. Hosts of 40 000 processes, each with 60 variables, have room in it. */
const MAX_BYTES = 256 << 20;
/** So much is left of the budget when texts have been cut: the next look at all of them is not soon. */
const ENOUGH = 3 / 4;
/** Programs that are cut at a time: each takes up to a millisecond, and events wait. */
const AT_A_TIME = 8;
/** Of those that are only looked at. */
const LOOKS_AT_A_TIME = 1024;
/** Shorter ones are the rule, and shared. */
const LONG_PATH = 256;

/** A walk over all there is, some of it after each event. */
interface Pass {
  /** Absent: it only counts, and ends most times, since most of what came is gone. */
  readonly limits: TextLimits | undefined;
  readonly queue: TextHolder[];
  readonly seen: Set<unknown>;
  bytes: number;
}

/**
 * Adds up what comes, and does not know what goes. When that may have become too much, it passes over all
 * there is, and has the longest texts cut: rules see them whole when a program starts, and what most
 * processes have is never cut.
 */
export class TextBudget {
  readonly #holders: () => Iterable<TextHolder>;
  readonly #most: number;
  #held = 0;
  /** Passes over it when there is more than that. */
  #enough: number;
  /** Which of `TEXT_LIMITS` was enough the last time. */
  #level = 0;
  #pass: Pass | undefined;
  /** Some have to be looked at, and maybe cut. */
  isOver = false;
  /** Processes and threads of whose texts not all was kept. */
  cut = 0;

  constructor(holders: () => Iterable<TextHolder>, most = MAX_BYTES) {
    this.#holders = holders;
    this.#most = this.#enough = most;
  }

  /** Of a process; what is also in `known` is there already. */
  add(image: Image, cwd: string, known?: { readonly image: Image; readonly cwd: string }): void {
    if (image !== known?.image) this.addImage(image);
    if (cwd !== known?.cwd) this.addPath(cwd);
  }

  /** A program that nobody shares yet. */
  addImage(image: Image): void {
    this.#add(imageBytes(image));
  }

  /** A directory or cgroup that nobody shares yet. */
  addPath(path: string): void {
    if (path.length > LONG_PATH) this.#add(path.length);
  }

  #add(bytes: number): void {
    this.#held += bytes;
    if (this.#held > this.#enough) this.isOver = true;
  }

  /** To be called while it is over, between events: what is judged has all of its texts. */
  relieve(): void {
    if (this.#pass === undefined) this.#begin(undefined);
    else this.#goOn(this.#pass);
  }

  #begin(limits: TextLimits | undefined): void {
    this.isOver = true;
    this.#pass = { limits, queue: [...this.#holders()], seen: new Set(), bytes: 0 };
    // From here on, what comes while it lasts.
    this.#held = 0;
  }

  #goOn(pass: Pass): void {
    const { limits } = pass;
    let slow = AT_A_TIME;
    for (let n = LOOKS_AT_A_TIME; n > 0 && slow > 0; n--) {
      const holder = pass.queue.pop();
      if (holder === undefined) return this.#settle(pass);
      if (this.#cutOne(holder, limits)) slow--;
      pass.bytes += holderBytes(holder, pass.seen);
    }
  }

  /** Whether it took its time. */
  #cutOne(holder: TextHolder, limits: TextLimits | undefined): boolean {
    const { ownImage, ownPaths } = holder;
    const takesLong = ownImage !== undefined && isUnmeasured(ownImage);
    if (takesLong) measureImage(ownImage);
    if (limits === undefined) return takesLong;
    const image = ownImage && cutImage(ownImage, limits);
    const { path: most } = limits;
    if (image === ownImage && ownPaths.every(({ length }) => length <= most)) return takesLong;
    this.cut++;
    holder.keepTexts(image, (path) => path.length > most ? beginningOf(path, most) : path);
    return true;
  }

  /** Less may not have been enough. */
  #settle({ limits, bytes }: Pass): void {
    this.#pass = undefined;
    this.#held += bytes;
    this.#enough = this.#most;
    this.isOver = false;
    if (this.#held <= this.#most / 2) this.#level = 0;
    if (this.#held <= this.#most * ENOUGH) return;
    const next = limits === undefined ? this.#level : this.#level + 1;
    if (next < TEXT_LIMITS.length) this.#begin(TEXT_LIMITS[this.#level = next]);
    // Nothing is left that could be cut.
    else this.#enough = this.#held + this.#most / 4;
  }
}

function holderBytes({ ownImage, ownPaths }: TextHolder, seen: Set<unknown>): number {
  let bytes = 0;
  if (ownImage !== undefined && !seen.has(ownImage)) {
    seen.add(ownImage);
    bytes += imageBytes(ownImage, seen);
  }
  for (const path of ownPaths) {
    if (path.length <= LONG_PATH || seen.has(path)) continue;
    seen.add(path);
    bytes += path.length;
  }
  return bytes;
}
