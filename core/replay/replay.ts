/** A capture played: what it holds becomes changes of the state, and events. */
import {
  type AccountChange,
  EVENT_FLAGS,
  type EventKin,
  eventTypes,
  type ProcessSnapshot,
  type StateChange,
} from "../event/mod.ts";
import {
  ANY_COUNT,
  DUMP_FLAGS,
  NOT_PASSED,
  type PassedOver,
  type ScapEvent,
  type ScapItem,
  type ScapReader,
} from "../scap/mod.ts";
import type { Container } from "../state/mod.ts";
import { containerOfJson } from "./containers.ts";
import { Converter } from "./converter.ts";
import { Follower } from "./follower.ts";
import { Holdings } from "./_holdings.ts";
import { ORIGIN_CLOCK_NS, ReplayEvent } from "./replay_event.ts";
import { Seeds } from "./_seed.ts";
import { Texts } from "./texts.ts";
import type { ReplayThread } from "./threads.ts";

/** Where all of it goes; synchronous. */
export interface ReplaySink {
  /** Borrowed until it returns. */
  deliver(event: ReplayEvent): void;
  /** True: nothing comes of such an event by this thread, so that it is not delivered. Absent: all are. */
  passes?(eventType: number, kin: EventKin, threadId: number, processId: number): boolean;
  change(change: StateChange, clockNs: number): void;
  seed(processes: Iterable<ProcessSnapshot>): void;
  account(change: AccountChange): void;
  container(container: Container): void;
}

/** Code and parameters of meta events about users and groups. */
const USER_ADDED = 354, USER_DELETED = 356, GROUP_ADDED = 358, GROUP_DELETED = 360;
/** Of events that tell of containers; async events are called after what they tell of. */
const CONTAINER = 324, ASYNC_EVENT = 402;
const HIGH_WORD = 4294967296;

export interface ReplayCounters {
  /** Events of today's kind, those of them included that no rule gets to see. */
  readonly events: number;
  /** Old events that nobody knows how to convert. */
  readonly unconvertible: number;
  /** Threads in lists of processes that are longer than what is kept. */
  readonly threadsLeftOut: number;
  /** Threads of whose arguments, environment and paths only a part was kept. */
  readonly textsCut: number;
  /** Descriptors of processes that had too many of them. */
  readonly descriptorsForgotten: number;
}

export interface ReplayOptions {
  /** About how much memory may be kept of what events bring. */
  readonly keptBytes?: number;
}

export class Replay {
  /** Others want a turn after the event that is being delivered; whoever plays gives it and resets this. */
  isPaused = false;
  readonly #sink: ReplaySink;
  readonly #texts = new Texts();
  readonly #converter = new Converter();
  readonly #follower: Follower;
  readonly #event: ReplayEvent;
  readonly #holdings: Holdings;
  readonly #shown = shownTypes();
  /** Types of events that say when the capture began: meta events have any time. */
  readonly #tells = timedTypes();
  #wanted: Uint8Array;
  readonly #passedOver = {
    paramCounts: new Int32Array(this.#shown.length).fill(NOT_PASSED),
    threadId: NO_THREAD,
    count: 0,
  };
  #seeds: Seeds | undefined;
  #threadsLeftOut = 0;
  #baseHigh = 0;
  #baseLow = 0;
  #events = 0;
  /** Events of accounts and containers that a capture begins with only tell, as in Falco: no rule sees them. */
  #isTelling = true;
  #hasBegun = false;
  /** Of its section, no event has been that says when it began. */
  #isFirst = true;
  #hasBase = false;
  /** Whether anybody asks when the event before one was, whichever that was. */
  #tellsPrevious = true;
  #previousClockNs: number | undefined;
  #isHeld = false;

  constructor(sink: ReplaySink, { keptBytes }: ReplayOptions = {}) {
    this.#sink = sink;
    this.#follower = new Follower(this.#texts, sink);
    this.#holdings = new Holdings(this.#follower, keptBytes);
    this.#event = new ReplayEvent(this.#texts);
    this.#wanted = this.#shown;
  }

  /**
   * Only events of these types are delivered; all are followed, as far as it shows in `fields`, which are
   * those of rules and outputs. Absent: in any.
   */
  want(types: ReadonlySet<number>, fields?: ReadonlySet<string>): void {
    this.#follower.tellsConnected = fields?.has("fd.connected") ?? true;
    this.#tellsPrevious = !fields || TELL_PREVIOUS.some((name) => fields.has(name));
    this.#wanted = this.#shown.map((shown, code) => shown !== 0 && types.has(code) ? 1 : 0);
    // Which of the generic system calls it is stands in the event.
    if (this.#shown[GENERIC_EXIT]) this.#wanted[GENERIC_EXIT] = 1;
    this.#choosePassedOver();
  }

  /** What a reader need not hand out: after what was taken, it would change nothing and show nothing. */
  get passedOver(): PassedOver {
    return this.#passedOver;
  }

  /** Takes the events that come next, as long as nothing else does, and answers how many there were. */
  takeEvents(reader: ScapReader, most: number): number {
    const { event } = reader;
    let taken = 0;
    for (; taken < most && !this.isPaused && reader.nextEvent(); taken++) this.#takeEvent(event);
    return taken;
  }

  /** Takes anything but the end of a capture. */
  take(item: ScapItem): void {
    switch (item.kind) {
      case "event":
        this.#takeEvent(item);
        return;
      case "process":
        this.#seeding().process(item);
        return;
      case "descriptor":
        this.#seeding().descriptor(item);
        return;
      case "start":
        if (!this.#hasBase) this.#countFrom(this.#follower.bootTimeNs || item.timeNs);
        this.#seeding().start(item.threadId, this.#clockOf(item.timeNs));
        return;
      case "machine":
        this.#follower.bootTimeNs = item.bootTimeNs;
        this.#event.hostname = item.hostname;
        return;
      case "interface":
        this.#follower.interfaces.add(item.address, item.netmask);
        return;
      case "user": {
        const { uid: id, name, home, shell } = item;
        this.#sink.account({ kind: "user", id, user: { name, home, shell } });
        return;
      }
      case "group":
        this.#sink.account({ kind: "group", id: item.gid, group: { name: item.name } });
        return;
      case "section":
        this.#passedOver.threadId = NO_THREAD;
        this.#isFirst = true;
        if (this.counters.events > 0) this.#follower.clear();
        return;
      default:
        return;
    }
  }

  /** The event that is being delivered is looked at longer than that: nothing can be taken any more. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Nanoseconds since the epoch at which clocks of events show 0; as soon as there has been an event. */
  get clockOriginNs(): bigint {
    return (BigInt(this.#baseHigh) << 32n) + BigInt(this.#baseLow) - BigInt(ORIGIN_CLOCK_NS);
  }

  get counters(): ReplayCounters {
    const { textsCut, descriptorsForgotten } = this.#holdings;
    return {
      textsCut,
      descriptorsForgotten,
      events: this.#events + this.#passedOver.count,
      unconvertible: this.#converter.failed,
      threadsLeftOut: this.#threadsLeftOut + (this.#seeds?.leftOut ?? 0),
    };
  }

  #seeding(): Seeds {
    return this.#seeds ??= new Seeds(this.#follower);
  }

  #takeEvent(captured: ScapEvent): void {
    const scap = this.#converter.convert(captured);
    if (scap === undefined) return;
    if (this.#isTelling) this.#isTelling = isTelling(scap.type);
    if (this.#seeds !== undefined) {
      this.#seeds.complete();
      this.#follower.beginSection();
      this.#threadsLeftOut += this.#seeds.leftOut;
      this.#seeds = undefined;
    }
    const texts = this.#texts;
    if ((texts.room -= scap.end - scap.start) < 0) texts.room = this.#holdings.look();
    if (this.#isFirst && this.#tells[scap.type] === 1) this.#begin(scap);
    const number = ++this.#events + this.#passedOver.count;
    const { type } = scap;
    const isShown = (scap.flags & DUMP_FLAGS.stateOnly) === 0;
    const isWanted = this.#wanted[type] === 1 && isShown && !this.#isTelling;
    if (this.#tellsPrevious && isShown && this.#shown[type] === 1) this.#tellPrevious(scap);
    if (isWanted ? this.#follower.passKnown(scap) : this.#follower.pass(scap)) {
      this.#passedOver.threadId = scap.threadId;
      return;
    }
    const event = this.#event;
    event.load(scap, this.#hasBegun ? this.#clockNs(scap) : 0, number);
    this.#follower.begin(event);
    if (type >= USER_ADDED && type <= GROUP_DELETED) this.#account(scap);
    else if (type === CONTAINER) this.#container(scap.paramText(0));
    else if (type === ASYNC_EVENT) this.#asyncEvent(scap);
    if (isWanted) this.#sink.deliver(event);
    else if (event.change !== undefined) this.#sink.change(event.change, event.clockNs);
    if (!this.#isHeld) this.#follower.end();
    this.#passedOver.threadId = isSteady(event.thread) ? event.threadId : NO_THREAD;
  }

  /** Times count from the first event of each section, as in Falco. */
  #begin(scap: ScapEvent): void {
    this.#isFirst = false;
    if (!this.#hasBase) this.#countFrom(scap.timeNs);
    this.#event.originClockNs = this.#clockNs(scap);
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#choosePassedOver();
  }

  /** The first event has to be seen, whatever it is: times count from it. */
  #choosePassedOver(): void {
    if (!this.#hasBegun) return;
    const { paramCounts } = this.#passedOver;
    for (let type = 0; type < paramCounts.length; type++) {
      const isPassed = this.#wanted[type] === 0 && this.#follower.doesNothing(type) &&
        !(this.#tellsPrevious && this.#shown[type] === 1);
      const count = isPassed ? this.#converter.paramCount(type) : undefined;
      paramCounts[type] = count === "any" ? ANY_COUNT : count ?? NOT_PASSED;
    }
  }

  #tellPrevious(scap: ScapEvent): void {
    this.#event.previousClockNs = this.#previousClockNs;
    this.#previousClockNs = this.#hasBegun ? this.#clockNs(scap) : undefined;
  }

  /** Clocks do. */
  #countFrom(timeNs: bigint): void {
    this.#hasBase = true;
    this.#baseHigh = Number(timeNs >> 32n);
    this.#baseLow = Number(timeNs & 0xffff_ffffn);
  }

  #clockOf(timeNs: bigint): number {
    return (Number(timeNs >> 32n) - this.#baseHigh) * HIGH_WORD +
      (Number(timeNs & 0xffff_ffffn) - this.#baseLow) + ORIGIN_CLOCK_NS;
  }

  #clockNs({ timeHigh, timeLow }: ScapEvent): number {
    return (timeHigh - this.#baseHigh) * HIGH_WORD + (timeLow - this.#baseLow) +
      ORIGIN_CLOCK_NS;
  }

  #asyncEvent(scap: ScapEvent): void {
    const name = scap.paramText(1);
    if (name === "container") this.#container(scap.paramText(2));
    else if (name === "container_removed") {
      // There may be nothing but the id in it, which takes nothing from what is known.
      const container = this.#toldContainer(scap.paramText(2));
      if (container?.known) this.#sink.container(container);
    }
  }

  #container(json: string | undefined): void {
    const container = this.#toldContainer(json);
    if (container) this.#sink.container(container);
  }

  #toldContainer(json: string | undefined): Container | undefined {
    const container = json === undefined ? undefined : containerOfJson(json);
    this.#event.aboutContainer = container?.id;
    return container;
  }

  #account(scap: ScapEvent): void {
    const id = scap.paramUnsigned(0);
    if (id === undefined) return;
    const text = (index: number) => scap.paramText(index) ?? "";
    const container = text(scap.type < GROUP_ADDED ? 5 : 2);
    const of = container === "" ? {} : { containerId: container };
    switch (scap.type) {
      case USER_ADDED: {
        const user = { name: text(2), home: text(3), shell: text(4) };
        this.#sink.account({ kind: "user", id, user, ...of });
        return;
      }
      case USER_DELETED:
        this.#sink.account({ kind: "user", id, user: undefined, ...of });
        return;
      case GROUP_ADDED:
        this.#sink.account({ kind: "group", id, group: { name: text(1) }, ...of });
        return;
      case GROUP_DELETED:
        this.#sink.account({ kind: "group", id, group: undefined, ...of });
    }
  }
}

function isTelling(type: number): boolean {
  return type === CONTAINER || type === ASYNC_EVENT || type === USER_ADDED ||
    type === USER_DELETED || type === GROUP_ADDED || type === GROUP_DELETED;
}

const GENERIC_EXIT = 1;
/** Fields about the time since the event before. */
const TELL_PREVIOUS = ["evt.deltatime", "evt.deltatime.s", "evt.deltatime.ns"] as const;
const NO_THREAD = -1;

/** It is there, and its next event needs nothing that came before it. */
function isSteady(thread: ReplayThread | undefined): boolean {
  return thread !== undefined && thread.isAlive && thread.enter === undefined;
}

/** Everything but the beginnings of system calls. */
function shownTypes(): Uint8Array {
  const types = eventTypes();
  const shown = new Uint8Array(types.length);
  for (const { code, class: kind, direction, flags } of types) {
    if ((flags & EVENT_FLAGS.unused) !== 0) continue;
    shown[code] = kind === "syscall" && direction === "enter" ? 0 : 1;
  }
  return shown;
}

function timedTypes(): Uint8Array {
  return Uint8Array.from(eventTypes(), ({ class: kind }) => kind === "meta" ? 0 : 1);
}
