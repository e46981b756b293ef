/**
 * Follows what the events of a capture do: who runs, what is open, who is connected to whom.
 *
 * It does what Falco's parsers do, and where those are not quite right, too: a capture shows the same
 * here as there. Processes go on to the process table as changes; descriptors stay here, and events show
 * them. After libs userspace/libsinsp/parsers.cpp.
 */
import {
  descriptorParams,
  EVENT_FLAGS,
  type EventKin,
  eventType,
  eventTypes,
  type ProcessSnapshot,
  type StateChange,
} from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import { fileHandlers } from "./_follow_files.ts";
import { identityHandlers } from "./_follow_identity.ts";
import { processHandlers } from "./_follow_processes.ts";
import { RecentEnds } from "./_recent_ends.ts";
import { ToldThreads } from "./_told_threads.ts";
import { socketHandlers } from "./_follow_sockets.ts";
import type { Descriptor } from "./descriptor.ts";
import { NetworkInterfaces } from "./interfaces.ts";
import type { ReplayEvent } from "./replay_event.ts";
import type { KnownOpens } from "./_known_opens.ts";
import type { Texts } from "./texts.ts";
import { type EnterEvent, ReplayThread, Threads } from "./threads.ts";

/** Where what was found goes. */
export interface FollowerSink {
  change(change: StateChange, clockNs: number): void;
  passes?(eventType: number, kin: EventKin, threadId: number, processId: number): boolean;
  seed(processes: Iterable<ProcessSnapshot>): void;
}

/** Applies an event that has a thread; the thread may become another one. */
export type Handler = (event: ReplayEvent, thread: ReplayThread, follower: Follower) => void;

/** A handler that events of unknown threads go to as well: the ends of calls that make threads. */
export interface ThreadMaker {
  (event: ReplayEvent, thread: ReplayThread | undefined, follower: Follower): void;
}

/** What an exit event may need of its enter event. */
export type Remember = (event: ScapEvent, texts: Texts) => EnterEvent | undefined;

/**
 * What the end of a call does that nobody looks at, where that is little and quickly done; `index` is
 * the parameter with the descriptor. False: it did nothing, and all of it has to be followed.
 */
export type Pass = (event: ScapEvent, thread: ReplayThread, index: number) => boolean;

export interface Handlers {
  /** By name of the event type; exits, and what is no system call. */
  readonly exits: Readonly<Record<string, Handler>>;
  readonly makers?: Readonly<Record<string, ThreadMaker>>;
  readonly enters?: Readonly<Record<string, Remember>>;
  readonly passes?: Readonly<Record<string, Pass>>;
  /** Those of `exits` that change nothing but that a socket is connected. */
  readonly connects?: Readonly<Record<string, true>>;
}

const ALL: readonly Handlers[] = [fileHandlers, socketHandlers, processHandlers, identityHandlers];

export class Follower {
  readonly threads = new Threads();
  readonly told: ToldThreads;
  readonly interfaces = new NetworkInterfaces();
  /** When each processor last went on with another thread. */
  readonly switches = new Map<number, number>();
  /** Since the epoch; 0 when the capture does not tell. */
  bootTimeNs = 0n;
  /** Whether anybody asks which sockets are connected. */
  tellsConnected = true;
  readonly texts: Texts;
  readonly sink: FollowerSink;
  readonly #handlers: readonly (Handler | undefined)[];
  readonly #makers: readonly (ThreadMaker | undefined)[];
  readonly #enters: readonly (Remember | undefined)[];
  readonly #passes: readonly (Pass | undefined)[];
  readonly #connects: readonly (true | undefined)[];
  readonly #knownOpens: readonly (KnownOpens | undefined)[];
  readonly #descriptorParams = descriptorParams();
  readonly #kinds = typeKinds();
  /** Something was known before, of another time. */
  #wasCleared = false;
  readonly #ends = new RecentEnds();
  /** To be closed once the event was judged. */
  #closing = -1;
  #closingThread: ReplayThread | undefined;
  #ended: ReplayThread | undefined;
  /** What a thread tells only with this event. */
  #told: ReplayThread | undefined;

  constructor(texts: Texts, sink: FollowerSink) {
    this.texts = texts;
    this.sink = sink;
    this.told = new ToldThreads(this.threads, sink);
    this.#handlers = byCode(ALL.map(({ exits }) => exits), "exit");
    this.#makers = byCode(ALL.map(({ makers }) => makers ?? {}), "exit");
    this.#enters = byCode(ALL.map(({ enters }) => enters ?? {}), "enter");
    this.#connects = byCode(ALL.map(({ connects }) => connects ?? {}), "exit");
    this.#knownOpens = byCode([texts.knownOpens], "exit");
    const passes = byCode(ALL.map(({ passes }) => passes ?? {}), "exit");
    this.#passes = passes.map((pass, code) =>
      pass ?? (this.doesNothing(code) ? NOTHING : undefined)
    );
  }

  /** Follows an event that nobody will look at; false: it takes more, so `begin` and `end`. */
  pass(scap: ScapEvent): boolean {
    const { type } = scap;
    const pass = this.#passes[type];
    if (pass === undefined) return false;
    const { threadId } = scap;
    const thread = this.threads.get(threadId) ?? this.meet(threadId);
    if (thread === undefined) return true;
    if (!thread.isTold) this.told.tell(thread);
    if (!pass(scap, thread, this.#descriptorParams[type]!)) return false;
    thread.enter = undefined;
    return true;
  }

  /** The same of an open that is known, where nothing comes of its kin. */
  passKnown(scap: ScapEvent): boolean {
    const { type } = scap;
    const opens = this.#knownOpens[type], { sink } = this;
    if (opens === undefined || sink.passes === undefined) return false;
    const thread = this.threads.get(scap.threadId);
    if (thread === undefined || !thread.isTold) return false;
    if (!thread.isAlive || thread.enter !== undefined) return false;
    if (!opens.find(scap) || !sink.passes(type, opens, thread.id, thread.process.id)) return false;
    const number = scap.paramSigned(0)!;
    if (number >= 0) thread.table.set(number, opens.descriptor!);
    return true;
  }

  /** The end of a call that changes nothing, or nothing that anybody asks about. */
  doesNothing(code: number): boolean {
    const other = NO_THREAD | MAY_BE_GONE | NO_LOOKUP;
    return (this.#kinds[code]! & (EXIT | other)) === EXIT &&
      (this.#handlers[code] === undefined ||
        !this.tellsConnected && this.#connects[code] === true) &&
      this.#makers[code] === undefined;
  }

  /** Before the event is judged. */
  begin(event: ReplayEvent): void {
    const { scap } = event;
    const { type } = scap;
    const kind = this.#kinds[type]!;
    const { threadId } = scap;
    event.threadId = threadId;
    let thread = this.threads.get(threadId);
    if ((kind & NO_THREAD) !== 0) {
      event.thread = thread;
      if (thread?.isTold === false) this.told.tell(thread);
      return;
    }
    const maker = this.#makers[type];
    if (maker !== undefined) {
      event.thread = thread;
      maker(event, thread, this);
      // Somebody else, where a thread is told to have made one of its own id.
      thread = event.thread && this.threads.get(threadId);
      event.thread = thread;
      if (thread === undefined) return;
      if (!thread.isTold) this.told.tell(thread);
      event.processId = thread.process.id;
      return;
    }
    if (thread === undefined) {
      if ((kind & (MAY_BE_GONE | NO_LOOKUP)) !== 0) return;
      thread = this.meet(threadId);
      if (thread === undefined) return;
    }
    event.thread = thread;
    event.processId = thread.process.id;
    if (!thread.isTold) this.told.tell(thread);
    const remember = this.#enters[type];
    if (remember !== undefined) {
      thread.enter = remember(scap, this.texts);
      return;
    }
    if ((kind & ENTER) !== 0) return;
    if ((kind & USES) !== 0) {
      event.descriptorNumber = scap.paramSigned(this.#descriptorParams[type]!) ?? -1;
    }
    const handler = this.#handlers[type];
    if (handler !== undefined) handler(event, thread, this);
    if ((kind & EXIT) !== 0) thread.enter = undefined;
    else this.#told = thread;
  }

  /** After the event was judged. */
  end(): void {
    const told = this.#told;
    if (told !== undefined) {
      told.ranNs = undefined;
      told.processorUse = undefined;
      this.#told = undefined;
    }
    const closing = this.#closingThread;
    if (closing !== undefined) {
      closing.table.delete(this.#closing);
      this.#closingThread = undefined;
    }
    const ended = this.#ended;
    if (ended !== undefined) {
      if (this.threads.get(ended.id) === ended) {
        if (ended.process.threadCount <= 0 || !ended.isLeader) this.threads.remove(ended.id);
      }
      ended.isTold = false;
      this.#ended = undefined;
    }
  }

  /** A thread that nobody saw start: all that is known is that it is there. */
  meet(threadId: number): ReplayThread | undefined {
    if (threadId <= 0) return undefined;
    const thread = new ReplayThread(threadId, this.threads.process(threadId), this.threads);
    thread.isKnown = false;
    thread.process.cwd = UNKNOWN_DIRECTORY;
    this.told.add(thread);
    this.told.tell(thread);
    return thread;
  }

  /** The event's enter event, if it is the one before it in its thread. */
  enterOf(event: ReplayEvent, thread: ReplayThread): EnterEvent | undefined {
    const { enter } = thread;
    return enter !== undefined && enter.type === event.scap.type - 1 ? enter : undefined;
  }

  /** The descriptor that the event works on. */
  descriptorOf(event: ReplayEvent, thread: ReplayThread): Descriptor | undefined {
    return event.found ??= thread.table.get(event.descriptorNumber);
  }

  /** A new descriptor, in place of one that was there under the number. */
  open(event: ReplayEvent, thread: ReplayThread, number: number, descriptor: Descriptor): void {
    thread.table.set(number, descriptor);
    event.found = descriptor;
    event.descriptorNumber = number;
    event.renames = undefined;
    event.replaced = undefined;
  }

  /** The event's descriptor turned into another. */
  replace(event: ReplayEvent, thread: ReplayThread, descriptor: Descriptor): void {
    event.renames = undefined;
    event.replaced = event.found;
    thread.table.set(event.descriptorNumber, descriptor);
    event.found = descriptor;
  }

  closeAfterwards(thread: ReplayThread, number: number): void {
    this.#closing = number;
    this.#closingThread = thread;
  }

  endAfterwards(thread: ReplayThread): void {
    this.#ended = thread;
  }

  rememberEnd(threadId: number, parentId: number, clockNs: number): void {
    this.#ends.remember(threadId, parentId, clockNs);
  }

  endedLately(threadId: number, parentId: number, clockNs: number): boolean {
    return this.#ends.includes(threadId, parentId, clockNs);
  }

  /** What was known was another machine's, or of another time: all of it ends. */
  clear(): void {
    this.#wasCleared = true;
    this.told.clear();
    this.interfaces.clear();
    this.#closingThread = undefined;
    this.#ended = undefined;
  }

  /** All that a section begins with is known. Of whom the table remembers an end it has taken none in. */
  beginSection(): void {
    if (this.#wasCleared) { for (const thread of this.threads) this.told.tell(thread); }
  }
}

const NOTHING: Pass = () => true;

/** Falco's word for where a process is that it knows nothing of. */
export const UNKNOWN_DIRECTORY = "./";

const ENTER = 1, USES = 2, NO_THREAD = 4, MAY_BE_GONE = 8, NO_LOOKUP = 16, EXIT = 32;

/** Meta events that are about no thread. */
const ABOUT_NOBODY: ReadonlySet<string> = new Set([
  "container",
  "useradded",
  "userdeleted",
  "groupadded",
  "groupdeleted",
  "pluginevent",
  "asyncevent",
]);

function typeKinds(): Uint8Array {
  const types = eventTypes();
  const kinds = new Uint8Array(types.length);
  for (const { code, name, class: group, direction, flags } of types) {
    const isEnter = group === "syscall" && direction === "enter";
    if (group === "syscall") kinds[code]! |= isEnter ? ENTER : EXIT;
    if ((flags & EVENT_FLAGS.uses) !== 0) kinds[code]! |= USES;
    if (ABOUT_NOBODY.has(name)) kinds[code]! |= NO_THREAD;
    else if (name === "procexit" || name === "switch") kinds[code]! |= MAY_BE_GONE;
    else if ((flags & EVENT_FLAGS.noreset) !== 0) kinds[code]! |= NO_LOOKUP;
  }
  return kinds;
}

/** Handlers by the codes of today's versions of the types they are named after. */
function byCode<H>(
  tables: readonly Readonly<Record<string, H>>[],
  direction: "enter" | "exit",
): readonly (H | undefined)[] {
  const handlers: (H | undefined)[] = eventTypes().map(() => undefined);
  for (const { code } of eventTypes()) {
    const type = eventType(code)!;
    const isEnter = type.class === "syscall" && type.direction === "enter";
    if (isEnter !== (direction === "enter")) continue;
    // Enter events are called old by themselves; what counts is the version of their exits.
    const { flags } = isEnter ? eventType(code + 1)! : type;
    if ((flags & EVENT_FLAGS.old) !== 0) continue;
    for (const table of tables) {
      if (Object.hasOwn(table, type.name)) handlers[code] = table[type.name];
    }
  }
  return handlers;
}
