/**
 * Which streams of a connection of HTTP/2 are open, read off the heads of its frames as they pass; and
 * how many there are on all of them. RFC 9113, 4.1, 5.1 and 6.
 */

const HEAD_BYTES = 9, PREFACE_BYTES = 24;
const DATA = 0, HEADERS = 1, RST_STREAM = 3, GOAWAY = 7, CONTINUATION = 9;
/** Of a GOAWAY frame: the last stream, and why. */
const GOAWAY_BYTES = 8, WHY_AT = HEAD_BYTES + 4;
const END_STREAM = 1, END_HEADERS = 4;

type Take = (
  frame: {
    readonly type: number;
    readonly flags: number;
    readonly stream: number;
    /** Of GOAWAY: 0 where nobody has done anything wrong. */
    readonly why: number;
  },
) => void;

/** Finds heads of frames in bytes that come in any pieces. */
class FrameHeads {
  readonly #take: Take;
  readonly #head = new DataView(new ArrayBuffer(HEAD_BYTES + GOAWAY_BYTES));
  #headSize = 0;
  /** Of what stands before the next head. */
  #skip: number;

  constructor(take: Take, skip = 0) {
    this.#take = take;
    this.#skip = skip;
  }

  read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      this.#head.setUint8(this.#headSize++, bytes[at++]!);
      if (this.#headSize < HEAD_BYTES) continue;
      const head = this.#head;
      const length = head.getUint32(0) >>> 8, type = head.getUint8(3);
      const isGoaway = type === GOAWAY && length >= GOAWAY_BYTES;
      if (isGoaway && this.#headSize < HEAD_BYTES + GOAWAY_BYTES) continue;
      this.#skip = length - (this.#headSize - HEAD_BYTES);
      this.#headSize = 0;
      const stream = head.getUint32(5) & 0x7fffffff;
      const why = isGoaway ? head.getUint32(WHY_AT) : 0;
      this.#take({ type, flags: head.getUint8(4), stream, why });
    }
  }
}

/** Of one connection. */
export class OpenStreams {
  readonly #open = new Set<number>();
  readonly #fromClient = new FrameHeads((frame) => this.#said(frame), PREFACE_BYTES);
  readonly #fromServer = new FrameHeads((frame) => this.#answered(frame));
  #last = 0;
  #sentAway = 0;

  /** Why the server has sent the client away, as RFC 9113, 7, has it; 0: it has not, or for no fault. */
  get sentAway(): number {
    return this.#sentAway;
  }

  /** Streams whose headers have come, and that nobody has ended. */
  get size(): number {
    return this.#open.size;
  }

  sent(bytes: Uint8Array): void {
    this.#fromClient.read(bytes);
  }

  received(bytes: Uint8Array): void {
    this.#fromServer.read(bytes);
  }

  #said({ type, flags, stream }: Parameters<Take>[0]): void {
    if (type === RST_STREAM) this.#open.delete(stream);
    const hasHeaders = (type === HEADERS || type === CONTINUATION) && (flags & END_HEADERS) !== 0;
    if (!hasHeaders || stream <= this.#last) return;
    this.#last = stream;
    this.#open.add(stream);
  }

  #answered({ type, flags, stream, why }: Parameters<Take>[0]): void {
    if (type === GOAWAY) this.#sentAway ||= why;
    const isLast = (type === DATA || type === HEADERS) && (flags & END_STREAM) !== 0;
    if (isLast || type === RST_STREAM) this.#open.delete(stream);
  }
}

/** For the streams of all connections: what has no room waits. */
export class StreamRoom {
  readonly #most: number;
  #taken = 0;
  #waiting: { readonly count: number; readonly go: () => void }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls back when there is room, in the order of the calls; at once for none: others may wait for it.
   * What comes back is to be called when nobody waits for it any more: room for one who is gone would
   * never be free again.
   */
  take(count: number, go: () => void): () => void {
    if (count === 0) {
      go();
      return () => {};
    }
    const waiting = { count, go };
    this.#waiting.push(waiting);
    this.#serve();
    return () => {
      const at = this.#waiting.indexOf(waiting);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      this.#serve();
    };
  }

  free(count: number): void {
    this.#taken -= count;
    this.#serve();
  }

  #serve(): void {
    for (let next; (next = this.#waiting[0]) !== undefined;) {
      // However many are asked for, one is served when nobody has any.
      if (this.#taken > 0 && this.#taken + next.count > this.#most) return;
      this.#waiting.shift();
      this.#taken += next.count;
      next.go();
    }
  }
}
