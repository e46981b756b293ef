/** Calls over gRPC on a unix socket, with bounds on time and size. */
import type { Client, ServiceError } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import {
  encodeWireMessage,
  EngineError,
  WireError,
  type WireFields,
  WireMessage,
} from "../../../core/mod.ts";

/** Descriptions of containers are some 20 KB; those that tell their whole configuration are larger. */
const MAX_ANSWER_BYTES = 4 << 20;
/** Of what an engine says went wrong. */
const MAX_REASON_LENGTH = 200;

export interface Call {
  /** "/package.Service/Method" */
  readonly method: string;
  readonly request: WireFields;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

type Grpc = typeof import("@grpc/grpc-js");

export class Connection {
  readonly #grpc: Grpc;
  readonly #client: Client;

  private constructor(readonly socket: string, readonly timeoutMs: number, grpc: Grpc) {
    this.#grpc = grpc;
    this.#client = new grpc.Client(`unix:${socket}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": MAX_ANSWER_BYTES,
      "grpc.enable_http_proxy": 0,
      // Retries are the lookup's business: it knows how long an answer is worth waiting for.
      "grpc.enable_retries": 0,
      "grpc.max_reconnect_backoff_ms": 2000,
    });
  }

  /** Connects when it is first asked something. The package is only loaded now: it takes 15 MB. */
  static async open(socket: string, timeoutMs: number): Promise<Connection> {
    return new Connection(socket, timeoutMs, await import("@grpc/grpc-js"));
  }

  /** Throws `EngineError`, or the signal's reason when it aborts. */
  async ask(call: Call): Promise<WireMessage> {
    call.signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const exchange = this.#client.makeUnaryRequest(
      call.method,
      encoded,
      received,
      call.request,
      this.#metadata(call),
      { deadline: Date.now() + this.timeoutMs },
      (error, answer) => error ? reject(error) : resolve(answer ?? new Uint8Array()),
    );
    const cancel = () => exchange.cancel();
    call.signal.addEventListener("abort", cancel);
    try {
      return this.#message(await promise, call);
    } catch (error) {
      call.signal.throwIfAborted();
      throw this.#engineError(error, call);
    } finally {
      call.signal.removeEventListener("abort", cancel);
    }
  }

  /** What comes, as it comes. Ends with the answer, and when the signal aborts; throws `EngineError`. */
  async *follow(call: Call): AsyncGenerator<WireMessage> {
    if (call.signal.aborted) return;
    const exchange = this.#client.makeServerStreamRequest(
      call.method,
      encoded,
      received,
      call.request,
      this.#metadata(call),
    );
    const cancel = () => exchange.cancel();
    call.signal.addEventListener("abort", cancel);
    try {
      for await (const answer of exchange) yield this.#message(answer, call);
    } catch (error) {
      if (call.signal.aborted) return;
      throw this.#engineError(error, call);
    } finally {
      call.signal.removeEventListener("abort", cancel);
      exchange.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #metadata({ headers }: Call) {
    const metadata = new this.#grpc.Metadata();
    for (const [name, value] of Object.entries(headers ?? {})) metadata.set(name, value);
    return metadata;
  }

  #message(bytes: Uint8Array, { method }: Call): WireMessage {
    try {
      return new WireMessage(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const found = `${this.socket} answered no message to ${method}: ${error.message}`;
      throw new EngineError("bad-answer", found, error);
    }
  }

  #engineError(error: unknown, { method }: Call): EngineError {
    if (error instanceof EngineError) return error;
    const { code, details = String(error) } = error as Partial<ServiceError>;
    const { status } = this.#grpc;
    const reason = details.slice(0, MAX_REASON_LENGTH);
    switch (code) {
      case status.DEADLINE_EXCEEDED: {
        const found = `No answer from ${this.socket} within ${this.timeoutMs} ms`;
        return new EngineError("timeout", found, error);
      }
      case status.NOT_FOUND:
        return new EngineError("not-found", `${this.socket}: ${reason}`, error);
      case status.UNIMPLEMENTED:
        return new EngineError("unsupported", `${this.socket} does not know ${method}`, error);
      case status.RESOURCE_EXHAUSTED: {
        const found = `${this.socket} answered too much to ${method}: ${reason}`;
        return new EngineError("bad-answer", found, error);
      }
      default:
        return new EngineError(
          "failed",
          `Cannot ask ${this.socket} for ${method}: ${reason}`,
          error,
        );
    }
  }
}

function encoded(request: WireFields): Buffer {
  const { buffer } = encodeWireMessage(request);
  return Buffer.from(buffer);
}

function received(bytes: Uint8Array): Uint8Array {
  return bytes;
}
