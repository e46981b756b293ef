/**
 * A connection to RabbitMQ that publishes, and knows what the server has. Whatever the server says, and
 * whenever: it is an answer, or why the connection ends; nothing is thrown where nobody listens.
 */
import type { Socket } from "node:net";
import { type HostAndPort, introduced, openSocket, type TlsSettings } from "../../../core/mod.ts";
import { type Frame, FrameReader, HEARTBEAT, METHOD } from "./frames.ts";
import { handshake, type HandshakeRequest, type Tuned } from "./handshake.ts";
import { type Method, readMethod } from "./methods.ts";
import { reasonIn } from "./reply_codes.ts";
import * as say from "./requests.ts";
import { Unconfirmed } from "./unconfirmed.ts";

export interface ConnectRequest extends HandshakeRequest {
  readonly to: HostAndPort;
  readonly tls: TlsSettings;
  readonly timeoutMs: number;
  readonly lost: () => void;
}

/** The server has so long to answer the goodbye, and to take what stands in front of it. */
const SHUT_MS = 1000;

/** Of what a server says that is no answer, without a pause. */
const MOST_UNASKED_BYTES = 1 << 20;
const PAUSE_MS = 1000;
/** Each is answered, also where the server reads no answers; between two messages that it confirms. */
const MOST_FLOWS = 1000;

const TOO_MUCH = "the server says too much";

/** A server that is not heard for two heartbeats is gone; it is looked every half of one. */
const MOST_SILENT_LOOKS = 4;

export class RabbitmqConnection {
  readonly #socket: Socket;
  readonly #lost: () => void;
  readonly #reader = new FrameReader();
  readonly #unconfirmed = new Unconfirmed();
  readonly #greeted = Promise.withResolvers<void>();
  readonly #watching = new Set<() => void>();
  /** Absent once all of it is said. */
  #greeting: Generator<Uint8Array, Tuned, Method> | undefined;
  #frameMax = 0;
  #unaskedBytes = 0;
  #flows = 0;
  #heardMs = 0;
  #silentLooks = 0;
  #looking: ReturnType<typeof setInterval> | undefined;
  #ended: Error | undefined;
  #blocked: Error | undefined;

  private constructor(socket: Socket, request: ConnectRequest) {
    this.#socket = socket;
    this.#lost = request.lost;
    this.#greeting = handshake(request);
    // Whoever waits for it may have gone.
    this.#greeted.promise.catch(() => {});
    let failed: Error | undefined;
    socket.on("error", (error) => failed ??= error);
    const ended = () => this.#end(failed ?? new Error(this.#goneInWords));
    socket.on("end", ended).on("close", ended);
    socket.on("data", (bytes: Uint8Array) => this.#take(bytes));
    const { value } = this.#greeting.next();
    socket.write(value as Uint8Array);
  }

  static async open(request: ConnectRequest): Promise<RabbitmqConnection> {
    const { timeoutMs } = request;
    const socket = await openSocket(request);
    const connection = new RabbitmqConnection(socket, request);
    await introduced(socket, { timeoutMs, greet: () => connection.#greeted.promise });
    // A server may end it in the same breath: nothing was sent.
    if (connection.#ended) throw connection.#ended;
    return connection;
  }

  /** Why nothing more is taken. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /** Why the server, short of memory perhaps, takes nothing just now; it may go on for hours. */
  get blocked(): Error | undefined {
    return this.#blocked;
  }

  /** Calls when one of those changes, until what this returns is called. */
  watch(changed: () => void): () => void {
    this.#watching.add(changed);
    return () => void this.#watching.delete(changed);
  }

  /** Resolves, when the server has it, to whether a queue took it. Throws where the connection has ended. */
  publish(message: say.Publication): Promise<boolean> {
    if (this.#ended) throw this.#ended;
    const bytes = say.publish(message, this.#frameMax);
    const confirmed = this.#unconfirmed.add(message.messageId, message.body.length);
    this.#socket.write(bytes);
    return confirmed;
  }

  /** Whoever still waits is told that there will be no answer. */
  close(): void {
    if (!this.#ended) this.#end(new Error("the connection was given up"), [say.close()]);
  }

  get #goneInWords(): string {
    return this.#greeting
      ? "the server closed the connection during the handshake"
      : "the server closed the connection";
  }

  #take(bytes: Uint8Array): void {
    const nowMs = performance.now();
    if (nowMs - this.#heardMs > PAUSE_MS) this.#unaskedBytes = 0;
    this.#heardMs = nowMs;
    this.#silentLooks = 0;
    this.#unaskedBytes += bytes.length;
    try {
      for (const frame of this.#reader.take(bytes)) {
        if (this.#ended) this.#hearLast(frame);
        else this.#hear(frame);
      }
      if (this.#unaskedBytes > MOST_UNASKED_BYTES) throw new Error(TOO_MUCH);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #hear(frame: Frame): void {
    if (frame.kind === HEARTBEAT) return;
    if (this.#unconfirmed.isReturning || frame.kind !== METHOD) {
      // Those that come back do so whole, and were asked for.
      this.#unaskedBytes -= this.#unconfirmed.takeReturned(frame);
      return;
    }
    const method = readMethod(frame);
    switch (method.kind) {
      case "close":
        return this.#end(new Error(`the server ended the connection: ${reasonIn(method)}`), [
          say.closeOk(),
        ]);
      case "channel-close":
        return this.#end(new Error(`the server closed the channel: ${reasonIn(method)}`), [
          say.channelCloseOk(),
          say.close(),
        ]);
      case "blocked":
        return this.#block(`the server takes no messages now: ${method.reason}`);
      case "unblocked":
        return this.#block(undefined);
      case "channel-flow":
        if (++this.#flows > MOST_FLOWS) throw new Error(TOO_MUCH);
        this.#block(method.isActive ? undefined : "the server takes no messages now");
        this.#socket.write(say.channelFlowOk(method.isActive));
        return;
      case "ack":
      case "nack":
        if (this.#unconfirmed.settle(method)) this.#unaskedBytes = this.#flows = 0;
        return;
      case "return":
        this.#unconfirmed.beginReturned();
        return;
      default:
        this.#greet(method);
    }
  }

  /** Who has said goodbye hears whether that has come, and nothing else. */
  #hearLast(frame: Frame): void {
    if (frame.kind !== METHOD) return;
    const { kind } = readMethod(frame);
    if (kind === "close-ok" || kind === "close") this.#socket.destroy();
  }

  #greet(method: Method): void {
    if (!this.#greeting) throw new Error(`the server said ${method.kind}, which nobody asked for`);
    const { done, value } = this.#greeting.next(method);
    this.#unaskedBytes = 0;
    if (!done) {
      this.#socket.write(value);
      return;
    }
    this.#greeting = undefined;
    this.#frameMax = value.frameMax;
    this.#looking = setInterval(() => this.#look(value), value.heartbeatSeconds * 500);
    this.#greeted.resolve();
  }

  #look({ heartbeatSeconds }: Tuned): void {
    if (++this.#silentLooks > MOST_SILENT_LOOKS) {
      return this.#end(new Error(`no answer within ${2 * heartbeatSeconds} s (heartbeat)`));
    }
    // Where something else is still on its way, that is a sign of life.
    if (this.#socket.writableLength === 0) this.#socket.write(say.heartbeat());
  }

  #block(why: string | undefined): void {
    this.#blocked = why === undefined ? undefined : new Error(why);
    for (const changed of [...this.#watching]) changed();
  }

  /** Nothing that the server says behind this counts. Without last words there is nothing to wait for. */
  #end(error: Error, lastWords: readonly Uint8Array[] = []): void {
    if (this.#ended) return void this.#socket.destroy();
    this.#ended = error;
    clearInterval(this.#looking);
    this.#greeted.reject(error);
    this.#unconfirmed.giveUp(error);
    for (const changed of [...this.#watching]) changed();
    this.#hangUp(lastWords);
    this.#lost();
  }

  #hangUp(lastWords: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (lastWords.length === 0 || socket.destroyed) return void socket.destroy();
    // The server ends what is left: one that sees the end first says in its log that it was not told.
    for (const words of lastWords) socket.write(words);
    const timer = setTimeout(() => socket.destroy(), SHUT_MS);
    socket.once("close", () => clearTimeout(timer));
  }
}
