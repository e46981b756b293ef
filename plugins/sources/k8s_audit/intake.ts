/** The way of payloads to the rules: one after the other, in slices, never too many at once. */
import { setImmediate } from "node:timers/promises";
import type { SourceContext } from "../../../core/mod.ts";
import { AuditEvent } from "./audit_event.ts";
import type { Origin } from "./origin.ts";
import {
  type PayloadLimits,
  type PayloadProblem,
  type ProblemKind,
  readPayload,
} from "./payload.ts";

/** What an input does with what it gets. */
export interface AuditIntake {
  /**
   * Has all events of a payload judged, and resolves when that is done and their alerts are on their
   * way. Payloads are judged in the order of the calls. Never rejects. `origin`: where the payload was
   * in what the offsets of its problems are to be of.
   */
  take(payload: Uint8Array | string, origin?: Origin): Promise<Taken>;
  /** Counts what an input could not even hand over. */
  passOver(kind: LossKind): void;
  /** Counts what an input had no room for, and may come again. */
  turnAway(): void;
}

/** What is lost: one event, or a body with however many were in it. */
export type LossKind = ProblemKind | "body-too-large";

export type Taken =
  /** Every event that could be read was judged. */
  | {
    readonly kind: "taken";
    readonly events: number;
    /** The first of them; `problemCount` says how many there were. */
    readonly problems: readonly PayloadProblem[];
    readonly problemCount: number;
    /** It could not be read to its end. */
    readonly isBroken?: boolean;
  }
  /** Too much is waiting: nothing of it was looked at, and it may be sent again. */
  | { readonly kind: "busy"; readonly waitingBytes: number }
  /** The source ends: as `busy`, but not here. */
  | { readonly kind: "ended" };

/** What became of the parts of one payload, as if it had been taken at once. */
export class TakenParts {
  #taken: Taken = { kind: "taken", events: 0, problems: [], problemCount: 0 };

  /** A part that was not taken stands for all: the payload has to come again. */
  add(part: Taken): void {
    const before = this.#taken;
    if (before.kind !== "taken") return;
    this.#taken = part.kind !== "taken" ? part : {
      kind: "taken",
      events: before.events + part.events,
      problems: [...before.problems, ...part.problems].slice(0, MAX_PROBLEMS),
      problemCount: before.problemCount + part.problemCount,
      isBroken: part.isBroken ?? false,
    };
  }

  get taken(): Taken {
    return this.#taken;
  }

  /** Nothing more of the payload is wanted: it has to come again, or is no JSON any more. */
  get isOver(): boolean {
    const taken = this.#taken;
    return taken.kind !== "taken" || taken.isBroken === true;
  }
}

/** Where audit events come from: a file, a web server. */
export interface AuditInput {
  /** Until the signal aborts or nothing more can come; rejects with a typed error when it cannot go on. */
  run(intake: AuditIntake, context: InputContext): Promise<void>;
}

export interface InputContext
  extends Pick<SourceContext, Exclude<keyof SourceContext, "deliver" | "ready">> {
  /** Events can come now. */
  ready(): void;
}

export interface IntakeOptions extends PayloadLimits {
  readonly context: Pick<SourceContext, "deliver" | "settle">;
  /** Bytes of payloads that wait or are being judged; one payload may be larger. */
  readonly maxWaitingBytes: number;
}

/** Others get their turn after so long. */
const SLICE_MS = 5;
/** Problems of a payload that are told one by one. */
const MAX_PROBLEMS = 16;

export class Intake implements AuditIntake {
  readonly #options: IntakeOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waitingBytes = 0;
  #isEnded = false;
  /** Of the slice that payloads share, as small ones would have no end together. */
  #sliceEndMs = 0;
  #events = 0;
  #firstTimeNs: bigint | undefined;
  readonly #problems = new Map<LossKind, number>();
  #refused = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  take(payload: Uint8Array | string, origin?: Origin): Promise<Taken> {
    if (this.#isEnded) return Promise.resolve({ kind: "ended" });
    const { maxWaitingBytes } = this.#options;
    const waitingBytes = this.#waitingBytes, size = payload.length;
    if (waitingBytes > 0 && waitingBytes + size > maxWaitingBytes) {
      this.turnAway();
      return Promise.resolve({ kind: "busy", waitingBytes });
    }
    this.#waitingBytes += size;
    const taken = this.#last.then(() => this.#judge(payload, origin))
      .finally(() => this.#waitingBytes -= size);
    this.#last = taken;
    return taken;
  }

  passOver(kind: LossKind): void {
    this.#problems.set(kind, (this.#problems.get(kind) ?? 0) + 1);
  }

  turnAway(): void {
    this.#refused++;
  }

  /** Takes nothing more; resolves when all that was taken has been judged. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#last;
  }

  /** Events judged, and problems by kind, since the start. */
  get counters() {
    return {
      events: this.#events,
      refused: this.#refused,
      problems: this.#problems as ReadonlyMap<LossKind, number>,
      waitingBytes: this.#waitingBytes,
    };
  }

  async #judge(payload: Uint8Array | string, origin?: Origin): Promise<Taken> {
    const { context } = this.#options;
    const problems: PayloadProblem[] = [];
    let events = 0, problemCount = 0, isBroken = false;
    if (performance.now() >= this.#sliceEndMs) await this.#nextSlice();
    for (const part of readPayload(payload, this.#options, origin)) {
      const document = part.kind === "event" ? part : part.rest;
      if (document) {
        this.#firstTimeNs ??= document.timeNs;
        const place = { number: ++this.#events, firstTimeNs: this.#firstTimeNs };
        context.deliver(new AuditEvent(document, place));
      }
      if (part.kind === "event") events++;
      else {
        this.passOver(part.kind);
        const { kind, detail, help, offset } = part;
        isBroken = part.isEnd !== undefined;
        if (++problemCount <= MAX_PROBLEMS) {
          problems.push({ kind, detail, offset, ...help !== undefined && { help } });
        }
      }
      if (performance.now() < this.#sliceEndMs) continue;
      await context.settle();
      await this.#nextSlice();
    }
    await context.settle();
    return { kind: "taken", events, problems, problemCount, ...isBroken && { isBroken } };
  }

  async #nextSlice(): Promise<void> {
    await setImmediate();
    this.#sliceEndMs = performance.now() + SLICE_MS;
  }
}
