/** Messages that the server has been sent and has not answered yet. */
import { BODY, type Frame, HEADER } from "./frames.ts";
import { type Method, readHeader } from "./methods.ts";

interface Waiting extends PromiseWithResolvers<boolean> {
  readonly messageId: string;
  readonly sizeBytes: number;
  isReturned: boolean;
}

export class Unconfirmed {
  /** By their numbers, which both ends count from 1. */
  readonly #waiting = new Map<number, Waiting>();
  #sent = 0;
  /** Bytes that are missing of one that comes back; absent before its header has come. */
  #missingBytes: number | undefined;
  #isReturning = false;

  /** Resolves to whether a queue took it. */
  add(messageId: string, sizeBytes: number): Promise<boolean> {
    const waiting = Promise.withResolvers<boolean>();
    // Nobody may wait any more.
    waiting.promise.catch(() => {});
    this.#waiting.set(++this.#sent, { ...waiting, messageId, sizeBytes, isReturned: false });
    return waiting.promise;
  }

  /** Whether this was an answer to anything; throws where it cannot be one. */
  settle({ kind, tag, isMultiple }: Extract<Method, { kind: "ack" | "nack" }>): boolean {
    if (tag > this.#sent) {
      throw new Error(`the server confirms message ${tag}, and has been sent ${this.#sent}`);
    }
    let isAnswer = false;
    // All that wait are meant by 0.
    const last = isMultiple && tag === 0 ? this.#sent : tag;
    for (const number of isMultiple ? this.#waiting.keys() : [tag]) {
      if (number > last) break;
      const waiting = this.#waiting.get(number);
      if (!waiting) continue;
      this.#waiting.delete(number);
      isAnswer = true;
      if (kind === "ack") waiting.resolve(!waiting.isReturned);
      else waiting.reject(new Error("the server could not take a message (nack)"));
    }
    return isAnswer;
  }

  /** Whether what comes next belongs to a message that comes back. */
  get isReturning(): boolean {
    return this.#isReturning;
  }

  beginReturned(): void {
    this.#isReturning = true;
    this.#missingBytes = undefined;
  }

  /** How many bytes of a message that was sent come back from here on; it does so before it is confirmed. */
  takeReturned({ kind, payload }: Frame): number {
    const due = this.#missingBytes === undefined ? HEADER : BODY;
    if (!this.#isReturning || kind !== due) {
      throw new Error(`the server sent a frame of kind ${kind} where none was due`);
    }
    if (this.#missingBytes === undefined) {
      const { sizeBytes, messageId } = readHeader(payload);
      this.#missingBytes = sizeBytes;
      this.#isReturning = sizeBytes > 0;
      return this.#mark(messageId, sizeBytes) ? payload.length + sizeBytes : 0;
    }
    this.#missingBytes -= payload.length;
    if (this.#missingBytes < 0) throw new Error("a message comes back longer than it says");
    this.#isReturning = this.#missingBytes > 0;
    return 0;
  }

  giveUp(why: Error): void {
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }

  /** Whether one that was sent is seen to come back. Of several that are alike each does so. */
  #mark(messageId: string, sizeBytes: number): boolean {
    for (const waiting of this.#waiting.values()) {
      if (waiting.isReturned || waiting.messageId !== messageId) continue;
      if (waiting.sizeBytes !== sizeBytes) continue;
      waiting.isReturned = true;
      return true;
    }
    return false;
  }
}
