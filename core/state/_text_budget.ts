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
/** Shorter ones are the rule, and shared. */
const LONG_PATH = 256;

/**
 * Adds up what comes, and does not know what goes. When that may have become too much, it looks at all
 * there is, and has the longest texts cut, a few after each event: rules see them whole when a
 * program starts, and what most processes have is never cut.
 */
export class TextBudget {
  readonly #holders: () => Iterable<TextHolder>;
  readonly #most: number;
  #held = 0;
  /** Looks again when there is more than that. */
  #enough: number;
  /** What is left of texts while some are cut; "measure" while it is found out how long they are. */
  #limits: TextLimits | "measure" = "measure";
  #queue: TextHolder[] | undefined;
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
    if (this.#queue !== undefined) this.#cutSome(this.#queue);
    else this.#begin("measure");
  }

  #begin(limits: TextLimits | "measure"): void {
    this.isOver = true;
    this.#limits = limits;
    this.#queue = [...this.#holders()];
  }

  #cutSome(queue: TextHolder[]): void {
    for (let left = AT_A_TIME; left > 0;) {
      const holder = queue.pop();
      if (holder === undefined) return this.#settle();
      if (this.#cutOne(holder, this.#limits)) left--;
    }
  }

  /** Whether it took its time. */
  #cutOne(holder: TextHolder, limits: TextLimits | "measure"): boolean {
    const { ownImage, ownPaths } = holder;
    if (limits === "measure") {
      if (ownImage === undefined || !isUnmeasured(ownImage)) return false;
      measureImage(ownImage);
      return true;
    }
    const image = ownImage && cutImage(ownImage, limits);
    const { path: most } = limits;
    if (image === ownImage && ownPaths.every(({ length }) => length <= most)) return false;
    this.cut++;
    holder.keepTexts(image, (path) => path.length > most ? beginningOf(path, most) : path);
    return true;
  }

  /** Less may not have been enough. */
  #settle(): void {
    this.#queue = undefined;
    this.isOver = false;
    this.#held = bytesOf(this.#holders());
    this.#enough = this.#most;
    if (this.#held <= this.#most * ENOUGH) return;
    const next = this.#limits === "measure" ? 0 : TEXT_LIMITS.indexOf(this.#limits) + 1;
    const limits = TEXT_LIMITS[next];
    if (limits !== undefined) this.#begin(limits);
    // Nothing is left that could be cut.
    else this.#enough = this.#held + this.#most / 4;
  }
}

function bytesOf(holders: Iterable<TextHolder>): number {
  const seen = new Set<unknown>();
  let bytes = 0;
  for (const holder of holders) bytes += holderBytes(holder, seen);
  return bytes;
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
