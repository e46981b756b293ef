/** Captures one after the other, each whole by itself: so a machine can be recorded for ever. */
import type { Event, StateChange } from "../../event/mod.ts";
import type { CaptureOutput, Written } from "../../scap/mod.ts";
import type { State } from "../../state/mod.ts";
import { Recording, type RecordingOptions } from "./recording.ts";
import { isReplaceable } from "./replaceable.ts";
import { pathsBeyond, rotatedPath } from "./rotated_names.ts";

/** When the next capture begins; with neither size nor time there is only one. */
export interface Rotation {
  /** The next event after so much. */
  readonly sizeBytes?: number | undefined;
  readonly everyMs?: number | undefined;
  /** Captures to keep, that being written included; absent: all. */
  readonly keep?: number | undefined;
}

export interface RecordingSeriesOptions extends Omit<RecordingOptions, "compress"> {
  /** Absent: `path` is the only capture. Otherwise their names are made of it. */
  readonly rotation?: Rotation | undefined;
  /** One that others follow is whole. */
  readonly onFinished?: (recording: Recording) => void;
  /** An old one could not be removed; told once. */
  readonly onKept?: (error: Error) => void;
}

/** Of what a capture may hold, its list of processes is at most the half: else there would be nothing but lists. */
const EVENTS_SHARE = 2;

/**
 * Where the disk is slower than what happens, so many wait for it, and so much of them; then the one that
 * is written goes on, and loses events as a single one would. Each is memory and an open file.
 */
const MOST_ENDING = 16;
const MOST_ENDING_BYTES = 64 << 20;
/** And so many for old ones to be removed: else there would be more than are kept. */
const MOST_REMOVING = 2;

/** As a `Recording`, but for `turn`. */
export class RecordingSeries {
  readonly #state: State;
  readonly #options: RecordingSeriesOptions;
  readonly #finishing = new Set<Promise<void>>();
  /** Of which the disk does not have all yet. */
  readonly #ending = new Set<Recording>();
  #current: Recording;
  #broken: Recording | undefined;
  /** Size of the current one from which the next begins. */
  #dueBytes = Infinity;
  #timer: ReturnType<typeof setInterval> | undefined;
  #captures = 1;
  #endedEvents = 0;
  #endedLosses = 0;
  #lastMs = 0;
  #hasToldKept = false;
  /** In the order of the captures, whichever of them the disk has first. */
  #told: Promise<void> = Promise.resolve();
  /** One at a time: each goes by what is there. */
  #removing: Promise<void> = Promise.resolve();
  #waitingToRemove = 0;

  constructor(state: State, options: RecordingSeriesOptions) {
    this.#state = state;
    this.#options = options;
    this.#current = this.#open();
  }

  /** Of the current one, as is `writtenEvents`. */
  get path(): string {
    return this.#current.path;
  }

  get opened(): Promise<CaptureOutput> {
    return this.#current.opened;
  }

  /** The first one that could not be created or written on; those after it may have failed as well. */
  get broken(): Pick<Recording, "path" | "writtenEvents"> | undefined {
    return this.#broken;
  }

  get isFull(): boolean {
    return this.#current.isFull;
  }

  get captures(): number {
    return this.#captures;
  }

  get eventCount(): number {
    return this.#endedEvents + this.#current.eventCount;
  }

  get lostEvents(): number {
    return this.#endedLosses + this.#current.lostEvents;
  }

  get writtenEvents(): number {
    return this.#current.writtenEvents;
  }

  /** As `Recording.begin`; from now on captures may follow. */
  begin(): Promise<boolean> {
    const { everyMs } = this.#options.rotation ?? {};
    if (everyMs !== undefined) {
      this.#timer = setInterval(() => {
        if (this.#current.eventCount > 0 && this.#hasRoom()) this.#next();
      }, everyMs);
    }
    return this.#begin();
  }

  /** Before an event or a change has begun: a capture that follows begins with what is known by then. */
  turn(): void {
    const current = this.#current;
    if (current.sizeBytes < this.#dueBytes || current.eventCount === 0) return;
    if (this.#hasRoom()) this.#next();
  }

  event(event: Event, isShown: boolean): Written {
    return this.#current.recorder.event(event, isShown);
  }

  change(change: StateChange, clockNs: number): void {
    this.#current.recorder.change(change, clockNs);
  }

  /** As `Recording.discard`, for when none has begun. */
  async discard(): Promise<void> {
    clearInterval(this.#timer);
    await this.#current.discard();
  }

  /** Resolves when all captures are whole. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const current = this.#current.close();
    // Those before it are whole, whatever becomes of it.
    await Promise.allSettled([current, ...this.#finishing]);
    await current;
  }

  #hasRoom(): boolean {
    let bytes = 0;
    for (const { pendingBytes } of this.#ending) bytes += pendingBytes;
    return this.#ending.size < MOST_ENDING && bytes < MOST_ENDING_BYTES &&
      this.#waitingToRemove < MOST_REMOVING;
  }

  #open(): Recording {
    const { path, rotation, ...options } = this.#options;
    const opened: Recording = new Recording(this.#state, {
      ...options,
      path: rotation ? rotatedPath(path, this.#nextMs()) : path,
      compress: path.endsWith(".gz"),
      onFailure: (error) => this.#fail(opened, error),
    });
    return opened;
  }

  #fail(recording: Recording, error: Error): void {
    this.#broken ??= recording;
    this.#options.onFailure(error);
  }

  /** No two captures of a run have the same, and each later one is larger, whatever the clock does. */
  #nextMs(): number {
    return this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
  }

  async #begin(): Promise<boolean> {
    const current = this.#current;
    const begun = current.begin();
    const { sizeBytes, keep } = this.#options.rotation ?? {};
    if (sizeBytes !== undefined) {
      this.#dueBytes = Math.max(sizeBytes, EVENTS_SHARE * current.sizeBytes);
    }
    if (keep === undefined) return await begun;
    this.#waitingToRemove++;
    const hasBegun = await begun;
    if (hasBegun) await (this.#removing = this.#removing.then(() => this.#removeOld(keep)));
    this.#waitingToRemove--;
    return hasBegun;
  }

  #next(): void {
    const ended = this.#current;
    this.#captures++;
    this.#endedEvents += ended.eventCount;
    this.#endedLosses += ended.lostEvents;
    this.#current = this.#open();
    this.#finish(this.#begin());
    this.#ending.add(ended);
    const isWhole = ended.close().then(() => true, (error) => {
      this.#fail(ended, error);
      return false;
    }).finally(() => this.#ending.delete(ended));
    this.#told = this.#told.then(async () => {
      if (await isWhole) this.#options.onFinished?.(ended);
    });
    this.#finish(this.#told);
  }

  #finish(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(() => void this.#finishing.delete(done));
    this.#finishing.add(done);
  }

  async #removeOld(keep: number): Promise<void> {
    const current = this.#current.path;
    try {
      const old = await pathsBeyond(this.#options.path, { keep, current });
      // One that stays keeps no others.
      for (const path of old) await this.#remove(path).catch((error) => this.#tellKept(error));
    } catch (error) {
      this.#tellKept(error as Error);
    }
  }

  async #remove(path: string): Promise<void> {
    if (!await isReplaceable(path)) throw new Error(`"${path}" is no capture`);
    try {
      await Deno.remove(path);
    } catch (error) {
      // Somebody else removed it.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  #tellKept(error: Error): void {
    if (!this.#hasToldKept) this.#options.onKept?.(error);
    this.#hasToldKept = true;
  }
}
