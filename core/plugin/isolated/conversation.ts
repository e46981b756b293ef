/** falcod's side of the talk with one guest: what is asked, what is answered, and whether it is alive. */
import { notGrantedText } from "../permission_advice.ts";
import { NO_PERMISSIONS, PERMISSION_KINDS, type PluginPermissions } from "../permissions.ts";
import type { Logger } from "../plugin.ts";
import { SinkError } from "../sink_error.ts";
import { type Frame, frameOf, FROM_GUEST, jsonOf, TO_GUEST } from "./frames.ts";
import type { GuestStart } from "./guest.ts";
import type { GuestLink } from "./link.ts";
import { withoutPaint } from "./paint.ts";
import type { Walls } from "./policy.ts";
import { type GuestUsage, type UsageBounds, UsageWatch } from "./usage_watch.ts";

export interface ConversationOptions {
  readonly start: GuestStart;
  readonly entry: Uint8Array;
  readonly log: Logger;
  /** Refuses a guest whose walls are too low, by throwing; absent: it is in falcod itself. */
  readonly checkWalls?: (walls: Walls) => void;
  readonly bounds?: UsageBounds;
  /** What it may do, for who reads that it may not do something; absent: whatever falcod may. */
  readonly granted?: PluginPermissions;
  /** What its manifest asks for: nobody can grant more. */
  readonly asked?: PluginPermissions;
  readonly limits?: Partial<ConversationLimits>;
}

export interface ConversationLimits {
  /** From the start of the process until the plugin can be used. */
  readonly openMs: number;
  /** A guest that does not answer for so long hangs. */
  readonly hangMs: number;
  readonly pingMs: number;
  /** How often what it uses is looked at. */
  readonly lookMs: number;
  readonly closeMs: number;
}

const LIMITS: ConversationLimits = {
  openMs: 30_000,
  hangMs: 10_000,
  pingMs: 2_000,
  lookMs: 250,
  closeMs: 3_000,
};

/** Lines of a guest's log that are passed on in a second. */
const LINES_A_SECOND = 20;
/** Frames without events, in a second: more is no talk any more. */
const FRAMES_A_SECOND = 20_000;
/** In their payloads: reading them costs falcod as much as it costs the guest to send them. */
const BYTES_A_SECOND = 128 << 20;
/** Of what it is told of its events; it has fewer on their way. */
const MAX_UNREAD = 1000;
const MAX_TEXT = 2000;

/** The guest is gone, or was made to go. */
export class GuestGone extends Error {
  override readonly name = "GuestGone";
}

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

export class Conversation {
  readonly #link: GuestLink;
  readonly #options: ConversationOptions;
  readonly #limits: ConversationLimits;
  readonly #watched: UsageWatch;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opened = Promise.withResolvers<void>();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #nextId = 1;
  #lastSign = performance.now();
  #heldBackAtSign = 0;
  #lines = 0;
  #linesLeftOut = 0;
  #frames = 0;
  #frameBytes = 0;
  #unread = 0;
  #isConfined = false;
  #isOver = false;
  #isClosing = false;
  /** Of a source: gets its frames of events; the next comes when it has resolved. Absent: none is wanted. */
  onEvents?: (frame: Frame) => Promise<void> | void;
  onReady: () => void = () => {};

  constructor(link: GuestLink, options: ConversationOptions) {
    this.#link = link;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#watched = new UsageWatch(link, options.bounds ?? {}, options.log);
    this.#opened.promise.catch(() => {});
    link.onFrame((frame) => this.#take(frame));
    link.ended.then((reason) => this.#over(reason));
    if (!options.checkWalls) void this.#begin();
    this.#watch();
  }

  /** Resolves when the plugin can be used; rejects with `GuestGone` when it never can. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Resolves with the reason when it is over. */
  get ended(): Promise<string> {
    return this.#link.ended;
  }

  /** Absent: it is in falcod itself. */
  get usage(): GuestUsage | undefined {
    return this.#options.bounds && this.#watched.usage;
  }

  /** Rejects with `SinkError` as the plugin says, with `GuestGone` when the guest goes meanwhile. */
  async ask(
    type: number,
    payload = "",
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Frame> {
    if (this.#isOver) throw new GuestGone("it is gone");
    const id = this.#nextId;
    this.#nextId = id % 0x7fff_ffff + 1;
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    this.#waiting.set(id, { resolve, reject });
    const abort = () => void this.#link.post(frameOf(TO_GUEST.abort, id));
    signal?.addEventListener("abort", abort, { once: true });
    try {
      // Who does not read is found out by the next sign of life that does not come.
      void this.#link.post(frameOf(type, id, payload));
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#waiting.delete(id);
    }
  }

  /** So many frames of events have been judged. */
  taken(frames: number): void {
    if (++this.#unread > MAX_UNREAD) return this.end("it does not read what it is told");
    void this.#link.post(frameOf(TO_GUEST.taken, frames)).then(() => this.#unread--);
  }

  /** Lets the plugin close what it has open, for a moment. */
  async close(): Promise<void> {
    if (!this.#isOver) {
      this.#isClosing = true;
      this.#watched.letGo();
      const timer = setTimeout(() => this.end("it did not close in time"), this.#limits.closeMs);
      await this.ask(TO_GUEST.close).catch(() => {});
      clearTimeout(timer);
      this.end("falcod let go of it");
    }
    await this.#link.ended;
  }

  end(reason: string): void {
    this.#link.end(reason);
  }

  async #begin(): Promise<void> {
    const { start, entry } = this.#options;
    await this.#link.post(frameOf(TO_GUEST.start, 0, JSON.stringify(start)));
    await this.#link.post(frameOf(TO_GUEST.entry, 0, entry));
  }

  #take(frame: Frame): Promise<void> | void {
    // Events that are wanted come as fast as they are judged.
    if (frame.type !== FROM_GUEST.events || !this.onEvents) {
      this.#frameBytes += frame.payload.length;
      if (++this.#frames > FRAMES_A_SECOND) {
        return this.end(`it sent more than ${FRAMES_A_SECOND} answers in a second`);
      }
      if (this.#frameBytes > BYTES_A_SECOND) {
        return this.end(`it sent more than ${BYTES_A_SECOND >> 20} MB of answers in a second`);
      }
    }
    switch (frame.type) {
      case FROM_GUEST.confined:
        return this.#confined(frame);
      case FROM_GUEST.opened:
        return this.#opened.resolve();
      case FROM_GUEST.events:
        return this.onEvents?.(frame);
      case FROM_GUEST.done:
      case FROM_GUEST.lines:
        // Read later than the frame is there.
        return this.#waiting.get(frame.id)?.resolve({ ...frame, payload: frame.payload.slice() });
      case FROM_GUEST.failed:
        return this.#waiting.get(frame.id)?.reject(this.#failureOf(jsonOf(frame)));
      case FROM_GUEST.ready:
        return this.onReady();
      case FROM_GUEST.pong:
        return this.#isAlive();
      case FROM_GUEST.log:
        return this.#log(frame);
      case FROM_GUEST.broken: {
        const { message } = recordOf(jsonOf(frame));
        return this.end(`it cannot be used: ${loadingText(this.#textOf(message))}`);
      }
      default:
        return this.end("it sent something that is no answer");
    }
  }

  /** The plugin is not there yet, so it is the process itself that says so: once. */
  #confined(frame: Frame): void {
    const { checkWalls } = this.#options;
    if (this.#isConfined || !checkWalls) return this.end("it sent something that is no answer");
    this.#isConfined = true;
    const { landlock, seccomp, user } = recordOf(jsonOf(frame));
    try {
      checkWalls({ landlock: Number(landlock), seccomp: seccomp === true, user: user === true });
    } catch (error) {
      return this.end(error instanceof Error ? error.message : String(error));
    }
    void this.#begin();
  }

  #isAlive(): void {
    this.#lastSign = performance.now();
    this.#heldBackAtSign = this.#watched.usage.heldBackMs;
  }

  #log(frame: Frame): void {
    if (++this.#lines > LINES_A_SECOND) return void this.#linesLeftOut++;
    const { level, text } = recordOf(jsonOf(frame));
    const { log } = this.#options;
    const line = this.#textOf(text);
    if (level === "error") log.error(line);
    else if (level === "warning") log.warning(line);
    else if (level === "debug") log.debug(line);
    else log.info(line);
  }

  /** Signs of life, memory, and how much it says. */
  #watch(): void {
    const { openMs, hangMs, pingMs, lookMs } = this.#limits;
    const { log } = this.#options;
    const opening = setTimeout(() => this.end(`it was not ready after ${openMs} ms`), openMs);
    this.#timers.push(opening);
    void this.#opened.promise.then(() => {
      clearTimeout(opening);
      this.#isAlive();
      if (this.#isOver || !this.#options.checkWalls) return;
      this.#timers.push(setInterval(() => {
        // Who is held back cannot answer meanwhile.
        const heldBackMs = this.#watched.usage.heldBackMs - this.#heldBackAtSign;
        const silentMs = performance.now() - this.#lastSign - heldBackMs;
        if (silentMs > hangMs + pingMs) this.end(`it has not answered for ${hangMs} ms`);
        else void this.#link.post(frameOf(TO_GUEST.ping, 0));
      }, pingMs));
    }, () => {});
    this.#timers.push(setInterval(() => {
      if (!this.#isClosing) this.#watched.look(performance.now());
    }, lookMs));
    this.#timers.push(setInterval(() => {
      this.#lines = 0;
      this.#frames = 0;
      this.#frameBytes = 0;
      if (this.#linesLeftOut === 0) return;
      log.warning(`${this.#linesLeftOut} lines of its log are left out`);
      this.#linesLeftOut = 0;
    }, 1000));
  }

  #over(reason: string): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const gone = new GuestGone(reason);
    this.#opened.reject(gone);
    for (const { reject } of this.#waiting.values()) reject(gone);
    this.#waiting.clear();
  }

  /** What the plugin says of a failure, as far as it may say it. */
  #failureOf(said: unknown): SinkError {
    const { code, message, retryAfterMs, accepted } = recordOf(said);
    const known = code === "rejected" || code === "closed" ? code : "unavailable";
    return new SinkError(known, this.#textOf(message), {
      ...isCount(retryAfterMs) && { retryAfterMs: Math.min(retryAfterMs, 3_600_000) },
      ...isCount(accepted) && { accepted },
    });
  }

  #textOf(value: unknown): string {
    const { granted = NO_PERMISSIONS, asked } = this.#options;
    return textOf(value, granted, asked);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function textOf(
  value: unknown,
  granted: PluginPermissions,
  asked: PluginPermissions | undefined,
): string {
  if (typeof value !== "string") return "it gave no reason";
  const text = value.slice(0, MAX_TEXT).toWellFormed();
  const [, wanted] = WANTED.exec(text) ?? [];
  return text.replace(RUNTIME_ADVICE, (_, said) => {
    const kind = PERMISSION_KINDS.find((kind) => kind === said);
    if (!kind) return ", which no plugin can be granted";
    return `, ${notGrantedText(kind, { wanted, granted: granted[kind], asked: asked?.[kind] })}`;
  });
}

/** What the runtime calls a module that came without a name. */
const UNNAMED_MODULE = /blob:null\/[0-9a-f-]{36}/g;
const OTHER_MODULE = /not in import map|Failed loading|Module not found|relative URL with/;

/** Why a module cannot be loaded, for who wrote it. */
function loadingText(said: string): string {
  const text = withoutPaint(said).replace(UNNAMED_MODULE, "its module");
  if (!OTHER_MODULE.test(text)) return text;
  return `${text} (a plugin is one file: falcod plugin pack tells how to bundle what it imports)`;
}

/** What the runtime tells whoever starts it, which is falcod. */
const WANTED = /Requires [a-z]{1,10} access to "([^"\s]{1,300})", run again/;
const RUNTIME_ADVICE = /, run again with the --allow-([\w-]{1,20}) flag/;
