/** How much memory the texts of processes may take: whoever starts processes chooses them. */
import type { Image } from "../event/mod.ts";
import { FairShares } from "./_fair_shares.ts";
import {
  beginningOf,
  cutImage,
  imageBytes,
  isUnmeasured,
  measureImage,
  TEXT_LIMITS,
} from "./image_texts.ts";

/** Something in the table that has texts of its own, or shares those of others. */
export interface TextHolder {
  /** Absent: another one's. */
  readonly ownImage: Image | undefined;
  readonly ownPaths: readonly string[];
  /** Those who can take from each other only. */
  readonly group: string;
  /** Takes what is left of them in their place. */
  keepTexts(image: Image | undefined, cutPath: (path: string) => string): void;
}

/** About bytes. Hosts of 40 000 processes, each with 60 variables, have room in it. */
const MAX_BYTES = 256 << 20;
/** So much is left of the budget when texts have been cut: the next look at all of them is not soon. */
const ENOUGH = 3 / 4;
/** Programs that are counted or cut at a time: each takes up to 0.2 ms, and events wait. */
const AT_A_TIME = 16;
/** Of those that are only looked at. */
const LOOKS_AT_A_TIME = 1024;
/** Shorter ones are the rule, and shared. */
const LONG_PATH = 256;

/** A walk over all there is, some of it after each event. */
interface Pass {
  /**
   * What one of a group may keep. Absent: it only counts, and that is most times all, since most of what
   * came is gone.
   */
  readonly shareOf: ((group: string) => number) | undefined;
  readonly queue: TextHolder[];
  readonly seen: Set<unknown>;
  readonly found: FairShares;
}

/**
 * Adds up what comes, and does not know what goes. When that may have become too much, it passes over all
 * there is, and has texts cut: rules see them whole when a program starts. Those are cut that are the
 * longest of the users, or containers, that take the most; nobody else loses any.
 */
export class TextBudget {
  readonly #holders: () => Iterable<TextHolder>;
  readonly #most: number;
  #held = 0;
  /** Passes over it when there is more than that. */
  #enough: number;
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

  #begin(shareOf: Pass["shareOf"]): void {
    this.isOver = true;
    this.#pass = {
      shareOf,
      queue: [...this.#holders()],
      seen: new Set(),
      found: new FairShares(),
    };
    // From here on, what comes while it lasts.
    this.#held = 0;
  }

  #goOn(pass: Pass): void {
    const { shareOf, queue, seen, found } = pass;
    let slow = AT_A_TIME;
    for (let n = LOOKS_AT_A_TIME; n > 0 && slow > 0; n--) {
      const holder = queue.pop();
      if (holder === undefined) return this.#settle(pass);
      const { ownImage, group } = holder;
      if (ownImage !== undefined && isUnmeasured(ownImage)) {
        measureImage(ownImage);
        slow--;
      }
      if (shareOf !== undefined && this.#cutOne(holder, shareOf(group))) slow--;
      found.add(group, holderBytes(holder, seen));
    }
  }

  /** Whether there was something to cut. */
  #cutOne(holder: TextHolder, share: number): boolean {
    if (holderBytes(holder) <= share) return false;
    const { ownImage, ownPaths } = holder;
    let image = ownImage, most = Infinity;
    for (const limits of TEXT_LIMITS) {
      image = ownImage && cutImage(ownImage, limits);
      most = limits.path;
      if (image !== undefined) measureImage(image);
      const paths = ownPaths.map((path) => path.slice(0, most));
      if (holderBytes({ ownImage: image, ownPaths: paths }) <= share) break;
    }
    if (image === ownImage && ownPaths.every(({ length }) => length <= most)) return false;
    this.cut++;
    holder.keepTexts(image, (path) => beginningOf(path, most));
    return true;
  }

  #settle({ shareOf, found }: Pass): void {
    this.#pass = undefined;
    this.#held += found.total;
    this.#enough = this.#most;
    this.isOver = false;
    if (this.#held <= this.#most * ENOUGH) return;
    if (shareOf === undefined) this.#begin(found.sharesOf(this.#most * ENOUGH));
    // Little more could be cut by another one.
    else this.#enough = this.#held + this.#most / 4;
  }
}

/** All of them, or those that are not in `seen` yet, which they come to be. */
function holderBytes(
  { ownImage, ownPaths }: Pick<TextHolder, "ownImage" | "ownPaths">,
  seen?: Set<unknown>,
): number {
  let bytes = 0;
  if (ownImage !== undefined && !seen?.has(ownImage)) {
    seen?.add(ownImage);
    bytes += imageBytes(ownImage, seen);
  }
  for (const path of ownPaths) {
    if (path.length <= LONG_PATH || seen?.has(path)) continue;
    seen?.add(path);
    bytes += path.length;
  }
  return bytes;
}
