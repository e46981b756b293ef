/**
 * Old captures, read as if they were of today.
 *
 * Once there was an event when a system call began and one when it ended; today the one at the end says
 * all, and rules see no other. So what an enter event knew is kept for its exit and added there, and
 * versions of an event that nobody writes any more become the present one. Events of today pass
 * untouched: one look into a table each.
 */
import { Buffer } from "node:buffer";
import { EVENT_FLAGS, eventType, eventTypes } from "../event/mod.ts";
import { paramSize, type ScapEvent } from "../scap/mod.ts";
import { type Conversion, conversionOf } from "./_conversions.ts";
import { Draft } from "./_draft.ts";

/** What is to be done with an event before anybody looks into the table of conversions. */
export type Convertibility = "pass" | "drop" | "convert" | "unknown";

/** What one conversion came to: `again` needs another one. */
export type Outcome = "pass" | "drop" | "again" | "failed";

/** An enter event that waits for its exit. */
interface Stored {
  readonly type: number;
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
}

/** Threads whose enter events are kept at most. */
const MAX_STORED = 65_536;
/** The longest chain of versions and additions, of execve, has a dozen. */
const MAX_STEPS = 50;
const LARGEST_PARAM = 0xffff;
const LARGEST_LARGE_PARAM = 0xffffffff;
/** uid and gid: nobody. */
const NO_ID = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
const ZEROS = new Uint8Array(16);
const UNMANAGED = -1, ALWAYS = -2, NEVER = -3;

/** What is stored belongs to one capture. */
export class Converter {
  readonly #stored = new Map<number, Stored>();
  readonly #scratch = [new Draft(), new Draft()] as const;
  readonly #expected = expectedParams();
  /** Events that no rule of conversion fits, and that were therefore left out. */
  failed = 0;

  /**
   * The event as it would be captured today; absent: it is consumed. Borrowed as the argument is, which
   * it may be, without what is unknown.
   */
  convert(event: ScapEvent): ScapEvent | undefined {
    const expected = this.#expected[event.type];
    if (expected === event.paramCount || expected === UNMANAGED) return event;
    // Later versions append parameters (draios/sysdig 1163); upstream ends at the first such event.
    if (expected !== undefined && expected >= 0 && event.paramCount > expected) {
      event.paramCount = expected;
      return event;
    }
    let current = event;
    for (let step = 0; step < MAX_STEPS; step++) {
      const result = this.step(current);
      if (result.outcome === "pass") return result.event;
      if (result.outcome === "drop") return undefined;
      if (result.outcome === "failed") break;
      current = result.event;
    }
    this.failed++;
    return undefined;
  }

  /** One conversion; `event` is where its result stands. */
  step(event: ScapEvent): { readonly outcome: Outcome; readonly event: ScapEvent } {
    switch (this.convertibility(event)) {
      case "pass":
        return { outcome: "pass", event };
      case "drop":
        return { outcome: "drop", event };
      case "unknown":
        return { outcome: "failed", event };
    }
    const conversion = conversionOf(event.type, event.paramCount);
    if (!conversion) return { outcome: "failed", event };
    switch (conversion.action) {
      case "store":
        this.#store(event);
        return { outcome: "drop", event };
      case "keep":
        this.#store(event);
        return { outcome: "pass", event };
      case "pass":
        return { outcome: "pass", event };
    }
    const made = this.#rebuild(event, conversion);
    if (!made) return { outcome: "failed", event };
    const next = this.convertibility(made);
    if (next === "unknown") return { outcome: "failed", event: made };
    return { outcome: next === "convert" ? "again" : next, event: made };
  }

  convertibility({ type, paramCount }: ScapEvent): Convertibility {
    const expected = this.#expected[type];
    if (expected === undefined) return "unknown";
    if (expected === NEVER) return "drop";
    if (expected === UNMANAGED || expected === paramCount) return "pass";
    return expected !== ALWAYS && paramCount > expected ? "unknown" : "convert";
  }

  /** Events of a type are of today when they have so many parameters; absent: it takes a closer look. */
  paramCount(type: number): number | "any" | undefined {
    const expected = this.#expected[type]!;
    return expected === UNMANAGED ? "any" : expected < 0 ? undefined : expected;
  }

  /** The enter event that is kept for a thread. */
  stored(threadId: number): Stored | undefined {
    return this.#stored.get(threadId);
  }

  #store(event: ScapEvent): void {
    const { threadId } = event;
    // The newest is the last to go.
    this.#stored.delete(threadId);
    if (this.#stored.size >= MAX_STORED) {
      for (const oldest of this.#stored.keys()) {
        this.#stored.delete(oldest);
        break;
      }
    }
    const first = event.paramStart(0);
    const offsets = event.paramOffsets.slice(0, event.paramCount + 1);
    for (let i = 0; i < offsets.length; i++) offsets[i]! -= first;
    const bytes = new Uint8Array(event.bytes.subarray(first, event.end));
    this.#stored.set(threadId, { type: event.type, offsets, bytes });
  }

  #rebuild(event: ScapEvent, { action, type, instructions }: Conversion): ScapEvent | undefined {
    const draft = this.#scratch[event === this.#scratch[0].event ? 1 : 0];
    const params = eventType(action === "add" ? event.type : type)?.params ?? [];
    const isLarge = hasFlag(action === "add" ? event.type : type, "large");
    draft.begin(event, action === "add" ? event.type : type);
    if (action === "add") {
      for (let i = 0; i < event.paramCount; i++) draft.push(event.paramBytes(i));
    }
    const enter = this.#enterOf(event);
    let usedEnter = false;
    for (const instruction of instructions) {
      const param = params[draft.paramCount];
      if (!param) return undefined;
      const size = paramSize(param.type);
      const most = size ?? (isLarge ? LARGEST_LARGE_PARAM : LARGEST_PARAM);
      let value: Uint8Array | undefined;
      switch (instruction.from) {
        case "empty":
          value = ZEROS.subarray(0, 0);
          break;
        case "default":
          break;
        case "container":
          value = containerText(event);
          break;
        case "old":
          if (instruction.index >= event.paramCount) return undefined;
          value = event.paramBytes(instruction.index);
          break;
        case "enter":
          if (enter && instruction.index < enter.offsets.length - 1) {
            value = paramOf(enter, instruction.index);
            usedEnter = true;
          } else if (instruction.orEmpty) value = ZEROS.subarray(0, 0);
          break;
        default:
          instruction satisfies never;
      }
      if (value) draft.push(value.length > most ? value.subarray(0, most) : value);
      else if (param.type === "UID" || param.type === "GID") draft.push(NO_ID);
      else draft.push(ZEROS.subarray(0, size ?? 0));
    }
    if (usedEnter) this.#stored.delete(event.threadId);
    return draft.finish();
  }

  /** An enter event of another call than the one that ends was left over when events were lost. */
  #enterOf({ threadId, type }: ScapEvent): Stored | undefined {
    const stored = this.#stored.get(threadId);
    return stored?.type === type - 1 ? stored : undefined;
  }
}

function paramOf({ offsets, bytes }: Stored, index: number): Uint8Array {
  return bytes.subarray(offsets[index], offsets[index + 1]);
}

/** What the container events of 2016 knew, as those after them said it. */
function containerText(event: ScapEvent): Uint8Array | undefined {
  const [id, name, image] = [event.paramText(0), event.paramText(2), event.paramText(3)];
  const type = event.paramUnsigned(1);
  if (id === undefined || name === undefined || image === undefined || type === undefined) {
    return ZEROS.subarray(0, 0);
  }
  const text = `{"id":"${id}","type":${type},"name":"${name}","image":"${image}"}\0`;
  return Buffer.from(text, "utf8");
}

/** By type: how many parameters it has today, or what is done with it whatever it has. */
function expectedParams(): Int16Array {
  const types = eventTypes();
  const expected = new Int16Array(types.length);
  for (const { code, direction, params } of types) {
    expected[code] = hasFlag(code, "unused")
      ? NEVER
      : !hasFlag(code, "converted")
      ? hasFlag(code, "old") && direction === "enter" ? NEVER : UNMANAGED
      : direction === "enter" || hasFlag(code, "old")
      ? ALWAYS
      : params.length;
  }
  return expected;
}

function hasFlag(code: number, flag: keyof typeof EVENT_FLAGS): boolean {
  return ((eventType(code)?.flags ?? 0) & EVENT_FLAGS[flag]) !== 0;
}
