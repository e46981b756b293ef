/** The process with the gRPC server, seen from falcod: started, fed, and started again when it has ended. */
import { type Logger, ownProgram } from "../../../core/mod.ts";
import { encodeFrame, type Frame, KIND, packMessages, readFrames } from "./frames.ts";
import type { GrpcConfig } from "./schema.ts";
import type { Shelf } from "./shelf.ts";

const { toServer, toFalcod } = KIND;

/** What the server has to say is short. */
const MOST_SAID_BYTES = 4096;
/** Messages handed to a client at once. */
const PORTION = 64;
/** Bytes of them, and one message more. */
const PORTION_BYTES = 1 << 20;
/** Before it is started again; doubles with each end that comes soon. */
const RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** Having run so long, it did not end soon. */
const LONG_RUN_MS = 60_000;
/** To end its calls and take its socket away. */
const END_MS = 2000;

export interface ServerProcessOptions {
  readonly config: GrpcConfig;
  readonly shelf: Shelf;
  readonly log: Logger | undefined;
}

export class ServerProcess {
  readonly #options: ServerProcessOptions;
  readonly #stop = new AbortController();
  readonly #listening = Promise.withResolvers<{ readonly port: number } | undefined>();
  readonly #ended: Promise<void>;
  /** What clients took, until it is known whether they got it. */
  readonly #handed = new Map<number, readonly Uint8Array[]>();
  readonly #waiting = new Map<number, AbortController>();
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #started = Promise.withResolvers<void>();
  #trouble: string | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.#ended = this.#keepRunning();
  }

  /** When it first listens; absent when it was closed before. */
  get listening(): Promise<{ readonly port: number } | undefined> {
    return this.#listening.promise;
  }

  /** Why nobody is served now. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** When it first listens, or cannot, or was closed before. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Of the process, for tests of what becomes of it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#writer?.close().catch(() => {});
    const timer = setTimeout(() => this.#kill(), END_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  async #keepRunning(): Promise<void> {
    const { log, config: { bind_address: place } } = this.#options;
    let waitMs = RESTART_MS;
    while (!this.#stop.signal.aborted) {
      const startedMs = performance.now();
      const how = await this.#run().catch((error) => error.message);
      this.#putBackAll();
      if (this.#stop.signal.aborted) break;
      log?.error(`The gRPC server at ${place} has ended (${how}) and is started again`);
      this.#tell(`the server has ended (${how}) and is started again`);
      if (performance.now() - startedMs > LONG_RUN_MS) waitMs = RESTART_MS;
      await pause(waitMs, this.#stop.signal);
      waitMs = Math.min(2 * waitMs, LONGEST_RESTART_MS);
    }
    this.#listening.resolve(undefined);
    this.#started.resolve();
  }

  #tell(trouble: string | undefined): void {
    this.#trouble = trouble;
    this.#started.resolve();
  }

  /** Resolves to how it ended. */
  async #run(): Promise<string> {
    const { path, args } = ownProgram();
    const child = new Deno.Command(path, {
      args: [...args, "helper", "grpc"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      // A Ctrl-C for falcod leaves clients the last alerts.
      detached: true,
    }).spawn();
    this.#child = child;
    const writer = child.stdin.getWriter();
    writer.closed.catch(() => {});
    this.#writer = writer;
    try {
      const payload = new TextEncoder().encode(JSON.stringify(this.#options.config));
      this.#say(encodeFrame(toServer.serve, { payload }));
      if (this.#stop.signal.aborted) writer.close().catch(() => {});
      for await (const frame of readFrames(child.stdout, MOST_SAID_BYTES)) this.#hear(frame);
    } catch (error) {
      this.#kill();
      await child.status;
      throw error;
    } finally {
      this.#writer = undefined;
      await writer.abort().catch(() => {});
    }
    const { code, signal } = await child.status;
    return signal ? `by ${signal}` : `with status ${code}`;
  }

  #hear({ kind, id, number, payload }: Frame): void {
    const { log, shelf, config: { bind_address: place } } = this.#options;
    switch (kind) {
      case toFalcod.listening:
        if (this.#trouble !== undefined) log?.warning(`gRPC is served at ${place} now`);
        this.#tell(undefined);
        return this.#listening.resolve({ port: number });
      case toFalcod.failed: {
        const reason = new TextDecoder().decode(payload);
        const trouble = `cannot serve gRPC at ${place}, which is tried again: ${reason}`;
        if (this.#trouble !== trouble) log?.error(`C${trouble.slice(1)}`);
        return this.#tell(trouble);
      }
      case toFalcod.warning:
        return log?.warning(`gRPC at ${place}: ${new TextDecoder().decode(payload)}`);
      case toFalcod.want:
        return number === 0 ? this.#hand(id) : void this.#handInTime(id);
      case toFalcod.enough:
        return this.#waiting.get(id)?.abort();
      case toFalcod.done: {
        const handed = this.#handed.get(id) ?? [];
        this.#handed.delete(id);
        const rest = handed.slice(number);
        shelf.fetched(handed.length - rest.length);
        if (rest.length > 0) shelf.putBack(rest);
      }
    }
  }

  async #handInTime(id: number): Promise<void> {
    const enough = new AbortController();
    const writer = this.#writer;
    this.#waiting.set(id, enough);
    while (this.#options.shelf.size === 0 && !enough.signal.aborted) {
      await this.#options.shelf.message(enough.signal);
    }
    this.#waiting.delete(id);
    // It was another process that asked.
    if (writer === this.#writer) this.#hand(id);
  }

  #hand(id: number): void {
    const { shelf } = this.#options;
    const messages: Uint8Array[] = [];
    for (let size = 0; messages.length < PORTION && size < PORTION_BYTES;) {
      const message = shelf.take();
      if (!message) break;
      messages.push(message);
      size += message.length;
    }
    if (messages.length > 0) this.#handed.set(id, messages);
    this.#say(encodeFrame(toServer.messages, { id, payload: packMessages(messages) }));
  }

  /** What does not arrive is put back when the process has ended. */
  #say(frame: Uint8Array): void {
    this.#writer?.write(frame).catch(() => {});
  }

  #putBackAll(): void {
    for (const enough of this.#waiting.values()) enough.abort();
    const messages = [...this.#handed.values()].flat();
    this.#handed.clear();
    if (messages.length > 0) this.#options.shelf.putBack(messages);
  }

  #kill(): void {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}
