/** A connection to one broker: questions go out with numbers, answers come back with theirs. */
import type { Socket } from "node:net";
import { ByteReader, ByteWriter, KafkaFormatError } from "./bytes.ts";
import type { KafkaRequest } from "./requests.ts";

/** Answers here are some KB; of very many partitions, some MB. */
const MOST_ANSWER_BYTES = 32 << 20;

interface Waiting {
  readonly take: (answer: ByteReader) => void;
  readonly reject: (error: Error) => void;
}

export class BrokerConnection {
  readonly #socket: Socket;
  readonly #clientId: string;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** Bytes that the answer under way has, with those of its length. */
  #wanted = 4;

  constructor(socket: Socket, clientId: string) {
    this.#socket = socket;
    this.#clientId = clientId;
    let failed: Error | undefined;
    socket.on("error", (error) => failed ??= error);
    socket.on("close", () => this.#end(failed ?? new Error("the broker closed the connection")));
    socket.on("data", (bytes: Uint8Array) => this.#take(bytes));
  }

  /** The answer; rejects when the connection ends before it. */
  ask<Answer>(request: KafkaRequest<Answer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const number = this.#number();
    this.#waiting.set(number, {
      take: (answer) => resolve(request.read(answer)),
      reject,
    });
    this.#write(request, number, (error) => error && reject(error));
    return promise;
  }

  /** Of what is not answered: resolves when it is on its way. */
  tell(request: KafkaRequest<unknown>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#write(request, this.#number(), (error) => error ? reject(error) : resolve());
    return promise;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #number(): number {
    return this.#last = (this.#last + 1) & 0x7fff_ffff;
  }

  #write(
    { api, version, write }: KafkaRequest<unknown>,
    number: number,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#socket.destroyed) return done(new Error("the broker closed the connection"));
    const content = new ByteWriter().int16(api).int16(version).int32(number).text(this.#clientId);
    write(content);
    this.#socket.write(new ByteWriter().bytes(content.finish()).finish(), done);
  }

  #take(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    try {
      while (this.#size >= this.#wanted) this.#next();
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    }
  }

  /** Puts together what has come, only when there is enough of it. */
  #next(): void {
    const received = joined(this.#chunks, this.#size);
    this.#chunks = [received];
    const length = new ByteReader(received).int32();
    if (length < 4 || length > MOST_ANSWER_BYTES) throw new KafkaFormatError("this is no Kafka");
    this.#wanted = 4 + length;
    if (received.length < this.#wanted) return;
    const answer = new ByteReader(received.subarray(4, this.#wanted));
    const rest = received.subarray(this.#wanted);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    this.#wanted = 4;
    const number = answer.int32();
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    try {
      waiting?.take(answer);
    } catch (error) {
      waiting?.reject(error as Error);
      throw error;
    }
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
