/**
 * Alerts for clients that fetch them by gRPC, as Falco's until 0.43 could: they wait here until one
 * does. What nobody has fetched at the end is lost, and said.
 */
import type { FormattedAlert, Logger, Sink, SinkPlugin, WriteContext } from "../../../core/mod.ts";
import { SinkError } from "../../../core/mod.ts";
import { responseOf, versionResponse } from "./messages.ts";
import { type GrpcConfig, schema } from "./schema.ts";
import { openServer, type OutputServer } from "./server.ts";
import { Shelf } from "./shelf.ts";

const TRY_AGAIN_MS = 5000;
/** How long clients may take for the rest: a recording may end before they have come. */
const LEAVE_MS = 1000;
const LOOK_MS = 10;

const NEVER = new AbortController().signal;

export class GrpcSink implements Sink {
  readonly #config: GrpcConfig;
  readonly #log: Logger | undefined;
  readonly #shelf: Shelf;
  readonly #stop = new AbortController();
  readonly #serving: Promise<OutputServer | undefined>;

  constructor(config: GrpcConfig, log?: Logger) {
    this.#config = config;
    this.#log = log;
    this.#shelf = new Shelf(config.capacity);
    this.#serving = this.#serve();
  }

  /** The server, when it listens; absent when the sink was closed before. */
  get serving(): Promise<OutputServer | undefined> {
    return this.#serving;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const signal = AbortSignal.any([context?.signal ?? NEVER, this.#stop.signal]);
    const isoTime = this.#config.time_format_iso_8601;
    for (const [accepted, formatted] of batch.entries()) {
      while (this.#shelf.isFull && !signal.aborted) await this.#shelf.room(signal);
      if (signal.aborted) {
        throw new SinkError("unavailable", "No gRPC client fetches alerts", { accepted });
      }
      this.#shelf.put(responseOf(formatted, { isoTime }));
    }
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    for (let waited = 0; this.#shelf.size > 0 && waited < LEAVE_MS; waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#stop.abort();
    const server = await this.#serving;
    await server?.close();
    const { size } = this.#shelf;
    if (size > 0) throw new Error(`no gRPC client has fetched ${size} alerts`);
  }

  async #serve(): Promise<OutputServer | undefined> {
    const { version, engine_version: engineVersion } = this.#config;
    const options = {
      config: this.#config,
      shelf: this.#shelf,
      version: versionResponse({ version, engineVersion }),
    };
    for (let isAgain = false; !this.#stop.signal.aborted; isAgain = true) {
      try {
        return await openServer(options);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const place = this.#config.bind_address;
        if (!isAgain) {
          this.#log?.error(`Cannot serve gRPC at ${place}, which is tried again: ${reason}`);
        }
        await pause(TRY_AGAIN_MS, this.#stop.signal);
      }
    }
    return undefined;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}

const plugin: SinkPlugin<GrpcConfig> = {
  kind: "sink",
  name: "grpc",
  summary: "A gRPC server that clients fetch alerts from, as Falco's was",
  schema,
  create: (config, context) => new GrpcSink(config, context?.log),
};
export default plugin;
