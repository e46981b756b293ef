/** Captures, item by item. */
import type { ScapSection } from "./entries.ts";
import { EVENT_HEADER_BYTES, OLD_EVENT_HEADER_BYTES, ScapEvent } from "./event.ts";
import type { ScapFault, ScapFaultReason } from "./fault.ts";
import {
  BLOCK_HEAD_BYTES,
  BLOCK_TRAILER_BYTES,
  EVENT_BLOCKS,
  LIST_BLOCKS,
  MAJOR_VERSION,
  SECTION_BLOCK,
  SECTION_BLOCK_BYTES,
  SECTION_MAGIC,
  SMALLEST_BLOCK_BYTES,
  SWAPPED_MAGIC,
} from "./format.ts";
import type { ScapInput } from "./input.ts";
import { type ListItem, ListReader } from "./_list_reader.ts";
import { lengthWidths, loadEvent, loadOldEvent } from "./_load_event.ts";
import { Window } from "./_window.ts";

/** What comes next in a file. After "more" call `fill()`; "end" and "fault" come again for ever. */
export type ScapItem =
  | ScapEvent
  | ScapSection
  | ListItem
  | { readonly kind: "more" }
  | { readonly kind: "end" }
  | ScapFault;

/**
 * 32 parameters of 64 KB. Upstream reads no ordinary event beyond 64 KB; older versions wrote some all
 * the same (draios/sysdig 594, 867), an exec with much in its environment.
 */
const LARGEST_EVENT_BLOCK_BYTES = 2 << 20;
/** Upstream has none for large events; ours keeps a hostile file from taking the memory. */
const LARGEST_LARGE_BLOCK_BYTES = 32 << 20;
/** For all others, which are read in pieces. */
const LARGEST_BLOCK_BYTES = 1 << 30;

const CPU_BYTES = 2;
const FLAG_BYTES = 4;

interface EventForm {
  /** Of the block: what stands between the processor's number and the event. */
  readonly flagBytes: number;
  readonly headerBytes: number;
  readonly largestBytes: number;
}

const PLAIN: EventForm = {
  flagBytes: 0,
  headerBytes: EVENT_HEADER_BYTES,
  largestBytes: LARGEST_EVENT_BLOCK_BYTES,
};
const FLAGGED: EventForm = { ...PLAIN, flagBytes: FLAG_BYTES };
const OLD: EventForm = { ...PLAIN, headerBytes: OLD_EVENT_HEADER_BYTES };

const EVENT_FORMS: ReadonlyMap<number, EventForm> = new Map([
  [EVENT_BLOCKS.plain, PLAIN],
  [EVENT_BLOCKS.flagged, FLAGGED],
  [EVENT_BLOCKS.large, { ...PLAIN, largestBytes: LARGEST_LARGE_BLOCK_BYTES }],
  [EVENT_BLOCKS.flaggedLarge, { ...FLAGGED, largestBytes: LARGEST_LARGE_BLOCK_BYTES }],
  [EVENT_BLOCKS.oldPlain, OLD],
  [EVENT_BLOCKS.oldPlainAlias, OLD],
  [EVENT_BLOCKS.oldFlagged, { ...OLD, flagBytes: FLAG_BYTES }],
]);

/**
 * Events that whoever reads does without: of one thread, and of types with as many parameters as stand
 * here. They are counted and not loaded.
 */
export interface PassedOver {
  /** By type; `ANY_COUNT`, or `NOT_PASSED`. */
  readonly paramCounts: Int32Array;
  /** Of 32 bits; -1: no thread's. */
  readonly threadId: number;
  /** How many there were. */
  count: number;
}

export const ANY_COUNT = -1, NOT_PASSED = -2;

const BEFORE_PLAIN = BLOCK_HEAD_BYTES + CPU_BYTES;
const BEFORE_FLAGGED = BEFORE_PLAIN + FLAG_BYTES;
/** The smaller ones of both kinds; whether a flagged one has room for its flags is another question. */
const SMALLEST_EVENT_BYTES = BEFORE_PLAIN + EVENT_HEADER_BYTES + BLOCK_TRAILER_BYTES;

const MORE = { kind: "more" } as const;
const END = { kind: "end" } as const;

/**
 * Reads a capture through a window that moves over it, so the size of the file does not matter.
 * Nothing in the file makes it throw. `close` closes the input.
 */
export class ScapReader implements Disposable {
  /** The cursor `next()` hands out. */
  readonly event = new ScapEvent();
  /** Events of types that later versions have; they are passed over, as upstream does. */
  unknownEvents = 0;
  /** Blocks nobody knows, passed over as well. */
  unknownBlocks = 0;
  /** Nothing is passed over when it is absent. */
  passedOver: PassedOver | undefined;
  readonly #window: Window;
  readonly #widths = lengthWidths();
  /** What `fill()` has to bring. */
  #wantedBytes = 0;
  /** Blocks that were read to their end. */
  #blocks = 0;
  /** Offset in the file of the block being read. */
  #blockStart = 0;
  /** Of a block that is read in pieces; 0 between blocks. */
  #blockLength = 0;
  #list: ListReader | undefined;
  #inSection = false;
  #last: ScapFault | typeof END | undefined;

  constructor(input: ScapInput) {
    this.#window = new Window(input);
    this.#shareMemory();
  }

  /** Events delivered so far. */
  get eventCount(): number {
    return this.event.number;
  }

  next(): ScapItem {
    while (this.#last === undefined) {
      let item: ScapItem | undefined;
      if (this.#blockLength !== 0) item = this.#restOfBlock();
      else {
        if (this.nextEvent()) return this.event;
        const window = this.#window;
        const { at, view } = window;
        this.#blockStart = window.base + at;
        if (window.limit - at < BLOCK_HEAD_BYTES) return this.#betweenBlocks();
        const type = view.getUint32(at, true);
        const length = view.getUint32(at + 4, true);
        if (!this.#inSection && type !== SECTION_BLOCK) item = this.#notACapture();
        else if (type === EVENT_BLOCKS.plain) item = this.#newEvent(length, PLAIN);
        else if (type === EVENT_BLOCKS.flagged) item = this.#newEvent(length, FLAGGED);
        else item = this.#rareBlock(type, length);
      }
      if (item !== undefined) return item;
    }
    return this.#last;
  }

  /**
   * Reads on in the file; nothing is to be waited for when it is at hand. What was handed out before is
   * not valid any more.
   */
  fill(): Promise<void> | undefined {
    const filling = this.#window.fill(this.#wantedBytes);
    if (filling) return filling.then(() => this.#shareMemory());
    this.#shareMemory();
    return undefined;
  }

  close(): void {
    this.#window.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Moves the cursor on if an event of the usual kinds comes next, all of it is there and nothing is wrong
   * with it; else `next()` says what comes. Most of a capture is read here, so all that is looked at is
   * kept in local variables.
   */
  nextEvent(): boolean {
    if (!this.#inSection || this.#blockLength !== 0 || this.#last !== undefined) return false;
    const window = this.#window, event = this.event, widths = this.#widths;
    const passedOver = this.passedOver;
    const { view, limit } = window;
    let at = window.at;
    let isFound = false;
    while (limit - at >= SMALLEST_EVENT_BYTES) {
      const block = view.getUint32(at, true);
      if (block !== EVENT_BLOCKS.plain && block !== EVENT_BLOCKS.flagged) break;
      const length = view.getUint32(at + 4, true);
      if (length < SMALLEST_EVENT_BYTES || length > LARGEST_EVENT_BLOCK_BYTES) break;
      if (limit - at < length) break;
      if (view.getUint32(at + length - BLOCK_TRAILER_BYTES, true) !== length) break;
      const start = at + (block === EVENT_BLOCKS.plain ? BEFORE_PLAIN : BEFORE_FLAGGED);
      const type = view.getUint16(start + 20, true);
      const room = at + length - BLOCK_TRAILER_BYTES - start;
      if (room < EVENT_HEADER_BYTES) break;
      if (
        passedOver !== undefined && view.getUint32(start + 8, true) === passedOver.threadId &&
        view.getUint32(start + 12, true) === 0
      ) {
        const count = passedOver.paramCounts[type];
        if (count === ANY_COUNT || count === view.getUint32(start + 22, true)) {
          passedOver.count++;
          event.number++;
          this.#blocks++;
          at += length;
          continue;
        }
      }
      const width = widths[type]!;
      if (width === 0) break;
      event.start = start;
      event.type = type;
      if (loadEvent(event, room, width) !== undefined) break;
      event.cpu = view.getUint16(at + BLOCK_HEAD_BYTES, true);
      event.flags = block === EVENT_BLOCKS.plain ? 0 : view.getUint32(start - FLAG_BYTES, true);
      event.number++;
      this.#blocks++;
      at += length;
      isFound = true;
      break;
    }
    window.at = at;
    return isFound;
  }

  #shareMemory(): void {
    this.event.bytes = this.#window.bytes;
    this.event.view = this.#window.view;
  }

  #rareBlock(type: number, length: number): ScapItem | undefined {
    if (type === SECTION_BLOCK) return this.#newSection(length);
    const events = EVENT_FORMS.get(type);
    if (events) return this.#newEvent(length, events);
    if (length < SMALLEST_BLOCK_BYTES || length > LARGEST_BLOCK_BYTES) {
      return this.#badLength(length, SMALLEST_BLOCK_BYTES, LARGEST_BLOCK_BYTES);
    }
    const form = LIST_BLOCKS.get(type);
    if (form) this.#list = new ListReader(form, this.#blockStart + length - BLOCK_TRAILER_BYTES);
    else this.unknownBlocks++;
    this.#window.at += BLOCK_HEAD_BYTES;
    this.#blockLength = length;
    return undefined;
  }

  #newEvent(length: number, form: EventForm): ScapItem | undefined {
    const window = this.#window;
    const event = this.event;
    const before = BLOCK_HEAD_BYTES + CPU_BYTES + form.flagBytes;
    const smallest = before + form.headerBytes + BLOCK_TRAILER_BYTES;
    if (length < smallest || length > form.largestBytes) {
      return this.#badLength(length, smallest, form.largestBytes);
    }
    const { at, view } = window;
    if (window.limit - at < length) return this.#short(length);
    const trailer = view.getUint32(at + length - BLOCK_TRAILER_BYTES, true);
    if (trailer !== length) return this.#badTrailer(length, trailer);
    const start = at + before;
    const type = view.getUint16(start + 20, true);
    const width = this.#widths[type]!;
    if (width !== 0) {
      event.start = start;
      event.type = type;
      const room = length - before - BLOCK_TRAILER_BYTES;
      const problem = form.headerBytes === EVENT_HEADER_BYTES
        ? loadEvent(event, room, width)
        : loadOldEvent(event, room);
      if (problem !== undefined) return this.#fault("corrupt", problem);
      event.cpu = view.getUint16(at + BLOCK_HEAD_BYTES, true);
      event.flags = form.flagBytes === 0
        ? 0
        : view.getUint32(at + BLOCK_HEAD_BYTES + CPU_BYTES, true);
      event.number++;
    } else this.unknownEvents++;
    window.at = at + length;
    this.#blocks++;
    return width !== 0 ? event : undefined;
  }

  #newSection(length: number): ScapItem {
    const window = this.#window;
    if (window.available < SECTION_BLOCK_BYTES) return this.#short(SECTION_BLOCK_BYTES);
    const { at, view } = window;
    const magic = view.getUint32(at + BLOCK_HEAD_BYTES, true);
    if (magic === SWAPPED_MAGIC) {
      return this.#fault("unsupported", "the capture is from a machine of the other byte order");
    }
    if (magic !== SECTION_MAGIC) return this.#notACapture();
    const majorVersion = view.getUint16(at + 12, true);
    const minorVersion = view.getUint16(at + 14, true);
    if (majorVersion > MAJOR_VERSION) {
      const message = `the capture is of version ${majorVersion}.${minorVersion}, up to ` +
        `${MAJOR_VERSION}.* can be read`;
      return this.#fault("unsupported", message);
    }
    if (length < SECTION_BLOCK_BYTES || length > LARGEST_BLOCK_BYTES) {
      return this.#badLength(length, SECTION_BLOCK_BYTES, LARGEST_BLOCK_BYTES);
    }
    this.#inSection = true;
    window.at = at + SECTION_BLOCK_BYTES - BLOCK_TRAILER_BYTES;
    this.#blockLength = length;
    return { kind: "section", majorVersion, minorVersion };
  }

  /** Entries, then what nobody knows, then the trailer; nothing when the block is through. */
  #restOfBlock(): ScapItem | undefined {
    const window = this.#window;
    if (window.debt > 0) return this.#short(0);
    if (this.#list) {
      const step = this.#list.next(window);
      if (step.kind === "short") return this.#short(step.wantedBytes);
      if (step.kind === "corrupt") return this.#fault("corrupt", step.message);
      if (step.kind !== "done") return step;
      this.#list = undefined;
    }
    const length = this.#blockLength;
    window.skip(this.#blockStart + length - BLOCK_TRAILER_BYTES - window.position);
    if (window.available < BLOCK_TRAILER_BYTES) return this.#short(BLOCK_TRAILER_BYTES);
    const trailer = window.view.getUint32(window.at, true);
    if (trailer !== length) return this.#badTrailer(length, trailer);
    window.at += BLOCK_TRAILER_BYTES;
    this.#blockLength = 0;
    this.#blocks++;
    return undefined;
  }

  /** Less than a block's head is there. */
  #betweenBlocks(): ScapItem {
    const { ended, failure, available } = this.#window;
    if (available > 0 || !ended || failure !== undefined) return this.#short(BLOCK_HEAD_BYTES);
    if (!this.#inSection) return this.#fault("not-a-capture", "the file is empty");
    return this.#last = END;
  }

  #short(wantedBytes: number): ScapItem {
    const { ended, failure } = this.#window;
    if (!ended) {
      this.#wantedBytes = wantedBytes;
      return MORE;
    }
    if (failure !== undefined) return this.#fault("unreadable", failure);
    if (!this.#inSection) return this.#notACapture();
    return this.#fault("truncated", "the file ends in the middle of a block");
  }

  #notACapture(): ScapFault {
    return this.#fault("not-a-capture", "the file does not begin as captures do");
  }

  #badLength(length: number, smallest: number, largest: number): ScapFault {
    const message = `a block of ${length} bytes, from ${smallest} to ${largest} are possible`;
    return this.#fault("corrupt", message);
  }

  #badTrailer(length: number, trailer: number): ScapFault {
    const message = `a block whose length is ${length} at its start and ${trailer} at its end`;
    return this.#fault("corrupt", message);
  }

  #fault(reason: ScapFaultReason, message: string): ScapFault {
    const block = this.#blocks + 1;
    return this.#last = { kind: "fault", reason, message, block, offset: this.#blockStart };
  }
}
