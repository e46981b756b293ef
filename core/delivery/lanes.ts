/** The lanes of all sinks, of which some may be exchanged while alerts come. */
import type { Formatter, Logger } from "../plugin/mod.ts";
import { reasonOf } from "./_trouble.ts";
import { Gap } from "./_gap.ts";
import { Lane, type LaneCounters, sinksOf } from "./lane.ts";
import type { Pending } from "./pending.ts";
import type { DeliveryTarget, LaneLimits } from "./target.ts";
import { within } from "./within.ts";

/** A sink that is wanted. */
export interface WantedTarget {
  readonly name: string;
  /** Differs where anything differs that the sink or its lane is told. */
  readonly key: string;
  /** Called when whatever was there by this name is closed. */
  open(): Promise<DeliveryTarget>;
}

export interface LanesOptions {
  readonly limits: LaneLimits;
  readonly log: Logger;
  /** Told once, when the last sink has closed by itself. */
  readonly onAllGone: () => void;
  /** A sink that nobody wants any more may take so long for what it has. */
  readonly retireMs: number;
}

interface Place {
  readonly name: string;
  readonly key: string;
  readonly target?: DeliveryTarget;
  readonly lane: Lane | Gap;
}

export class Lanes {
  readonly #options: LanesOptions;
  #limits: LaneLimits;
  #places: readonly Place[];
  /** Still bringing out what they had. */
  readonly #retiring = new Set<Lane>();
  /** Of lanes that have ended, by name. */
  readonly #past = new Map<string, LaneCounters>();
  #exchange: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(targets: readonly DeliveryTarget[], options: LanesOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#places = targets.map((target) => this.#placeOf(target, ""));
  }

  offer(pending: Pending): void {
    for (const { lane } of this.#places) lane.offer(pending);
  }

  reformat(formatter: Formatter, byName: ReadonlyMap<string, Formatter>): void {
    for (const lane of this.#lanes) lane.reformat(formatter, byName);
  }

  /** Has sinks open again what they hold open; what goes wrong is told. */
  async reopen(): Promise<void> {
    await Promise.all(this.#places.map(async ({ name, target }) => {
      try {
        await Promise.all((target ? sinksOf(target) : []).map((sink) => sink.reopen?.()));
      } catch (error) {
        this.#options.log.error(`Cannot open output "${name}" again: ${reasonOf(error)}`);
      }
    }));
  }

  /** What came before this call has gone out. */
  async drained(): Promise<void> {
    await this.#exchange;
    await Promise.all(this.#lanes.map((lane) => lane.drained()));
  }

  /** As `Lane.settled`, of all. */
  async settled(): Promise<void> {
    await this.#exchange;
    await Promise.all(this.#lanes.map((lane) => lane.settled()));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#exchange;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  /**
   * These are wanted from now on, one call at a time. Lanes that are among them go on untouched; what
   * others had waiting goes to those that take their places, or has some time to go out.
   */
  async exchange(wanted: readonly WantedTarget[], limits: LaneLimits): Promise<void> {
    this.#limits = limits;
    const left = new Map(this.#places.map((place) => [place.name, place]));
    const opening: (() => Promise<void>)[] = [];
    this.#places = wanted.map((one) => {
      const former = left.get(one.name);
      const isSame = former?.key === one.key && former.lane instanceof Lane &&
        !former.lane.isClosed;
      left.delete(one.name);
      if (isSame) return former;
      const place = { name: one.name, key: one.key, lane: new Gap(limits) };
      opening.push(() => this.#open(one, place, former));
      return place;
    });
    for (const { lane, target } of left.values()) {
      if (lane instanceof Lane) this.#retire(lane, target?.spool?.folder);
    }
    this.#exchange = Promise.all(opening.map((open) => open())).then(() => {});
    await this.#exchange;
  }

  /** One for each name. */
  counters(): readonly LaneCounters[] {
    const all = new Map(this.#past);
    const add = (counters: LaneCounters) =>
      all.set(counters.name, sum(all.get(counters.name), counters));
    for (const lane of this.#retiring) add(lane.counters());
    for (const { name, lane } of this.#places) {
      add(
        lane instanceof Lane ? lane.counters() : {
          ...NONE,
          name,
          queued: lane.waiting,
          dropped: lane.dropped,
        },
      );
    }
    return [...all.values()];
  }

  /** With those that nobody wants any more and that are not done yet. */
  get #lanes(): readonly Lane[] {
    const lanes = this.#places.map(({ lane }) => lane).filter((lane) => lane instanceof Lane);
    return [...lanes, ...this.#retiring];
  }

  #placeOf(target: DeliveryTarget, key: string): Place & { readonly lane: Lane } {
    const { log } = this.#options;
    const lane = new Lane(target, { limits: this.#limits, log, gone: () => this.#gone() });
    return { name: target.name, key, target, lane };
  }

  async #open(wanted: WantedTarget, gap: Place & { readonly lane: Gap }, former?: Place) {
    const { log } = this.#options;
    const left: Pending[] = [];
    if (former?.lane instanceof Lane) {
      left.push(...await former.lane.handOver());
    }
    let target: DeliveryTarget | undefined;
    try {
      target = await wanted.open();
    } catch (error) {
      log.error(`Cannot open output "${wanted.name}", it gets no alerts: ${reasonOf(error)}`);
    }
    const place = target && this.#placeOf(target, wanted.key);
    if (former?.lane instanceof Lane) this.#rememberFormer(former.lane, former.target, target);
    const { dropped } = gap.lane;
    const late = gap.lane.takeAll();
    this.#places = this.#places.flatMap((one) => one === gap ? place ?? [] : one);
    // What was for it all the time is for it now.
    for (const pending of left) place?.lane.accept(pending);
    for (const pending of late) place?.lane.offer(pending);
    const lost = place ? 0 : left.length + late.length;
    if (dropped + lost > 0) {
      this.#remember({ ...NONE, name: wanted.name, dropped: dropped + lost });
    }
  }

  /** What is on disk is the next one's, where that has the same spool. */
  #rememberFormer(lane: Lane, target?: DeliveryTarget, next?: DeliveryTarget): void {
    const counters = lane.counters();
    const folder = target?.spool?.folder;
    const isTaken = folder === next?.spool?.folder;
    this.#remember({ ...counters, kept: isTaken ? 0 : counters.kept });
    if (!isTaken) this.#tellKept(counters, folder);
  }

  #tellKept({ name, kept }: LaneCounters, folder: string | undefined): void {
    if (kept === 0 || folder === undefined) return;
    this.#options.log.warning(
      `Output "${name}": ${kept} alerts stay in "${folder}", which nobody reads now`,
    );
  }

  /** In the background: others do not wait for it. */
  async #retire(lane: Lane, folder: string | undefined): Promise<void> {
    const { log, retireMs } = this.#options;
    this.#retiring.add(lane);
    log.info(`Output "${lane.counters().name}" gets no further alerts`);
    await within(retireMs, lane.settled());
    // Whoever closes all closes it as well, and counts what that costs.
    if (this.#isClosing) return;
    const before = lane.counters().failed;
    await lane.close();
    const { name, failed } = lane.counters();
    if (failed > before) {
      log.error(
        `Output "${name}" is gone, and ${failed - before} alerts that it still had are lost`,
      );
    }
    this.#tellKept(lane.counters(), folder);
    this.#retiring.delete(lane);
    this.#remember({ ...lane.counters(), queued: 0 });
  }

  #remember(counters: LaneCounters): void {
    this.#past.set(counters.name, {
      ...sum(this.#past.get(counters.name), counters),
      state: "removed",
    });
  }

  #gone(): void {
    // Who may never come keeps nobody waiting.
    const isGone = ({ lane }: Place) => lane instanceof Lane && (lane.isClosed || lane.isMissing);
    if (this.#places.every(isGone)) this.#options.onAllGone();
  }
}

const NONE: Omit<LaneCounters, "name"> = {
  state: "working",
  queued: 0,
  delivered: 0,
  dropped: 0,
  failed: 0,
  rejected: 0,
  expired: 0,
  retries: 0,
  repeated: 0,
  kept: 0,
};

/** Of the same output; how it is now says the later one. */
function sum(before: LaneCounters | undefined, now: LaneCounters): LaneCounters {
  if (!before) return now;
  const unfetched = (before.unfetched ?? 0) + (now.unfetched ?? 0);
  const missed = (before.missed ?? 0) + (now.missed ?? 0);
  return {
    ...now,
    ...unfetched > 0 && { unfetched },
    ...missed > 0 && { missed },
    ...before.isAtLeast && { isAtLeast: true },
    queued: before.queued + now.queued,
    delivered: before.delivered + now.delivered,
    dropped: before.dropped + now.dropped,
    failed: before.failed + now.failed,
    rejected: before.rejected + now.rejected,
    expired: before.expired + now.expired,
    retries: before.retries + now.retries,
    repeated: before.repeated + now.repeated,
    kept: before.kept + now.kept,
  };
}
