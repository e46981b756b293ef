/**
 * Alerts for clients that fetch them by gRPC, as Falco's until 0.43 could: they wait here until one
 * does. What nobody has fetched at the end is lost, and said.
 */
import type { FormattedAlert, Logger, Sink, SinkPlugin, WriteContext } from "../../../core/mod.ts";
import { SinkError, tlsFaults } from "../../../core/mod.ts";
import { responseOf } from "./messages.ts";
import { bindAddressOf, type GrpcConfig, schema } from "./schema.ts";
import { ServerProcess } from "./server_process.ts";
import { Shelf } from "./shelf.ts";

/** How long clients may take for the rest: a recording may end before they have come. */
const LEAVE_MS = 1000;
const LOOK_MS = 10;

const NEVER = new AbortController().signal;

export class GrpcSink implements Sink {
  readonly #config: GrpcConfig;
  readonly #shelf: Shelf;
  readonly #stop = new AbortController();
  readonly #server: ServerProcess;

  constructor(config: GrpcConfig, log?: Logger) {
    this.#config = config;
    this.#shelf = new Shelf(config.capacity);
    this.#server = new ServerProcess({ config, shelf: this.#shelf, log });
  }

  get server(): Pick<ServerProcess, "listening" | "pid"> {
    return this.#server;
  }

  trouble(): string | undefined {
    return this.#server.trouble;
  }

  get started(): Promise<unknown> {
    return this.#server.started;
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

  fetched(): number {
    return this.#shelf.fetchedCount;
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    for (let waited = 0; this.#shelf.unfetched > 0 && waited < LEAVE_MS; waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#stop.abort();
    await this.#server.close();
    const { unfetched } = this.#shelf;
    if (unfetched > 0) throw new Error(`no gRPC client has fetched ${unfetched} alerts`);
  }
}

const plugin: SinkPlugin<GrpcConfig> = {
  kind: "sink",
  name: "grpc",
  summary: "A gRPC server that clients fetch alerts from, as Falco's was",
  schema,
  isAlone: true,
  create: (config, context) => new GrpcSink(config, context?.log),
  check: ({ bind_address, private_key, cert_chain, root_certs }) =>
    Promise.resolve(
      "address" in bindAddressOf(bind_address)!
        ? tlsFaults({
          ca: root_certs,
          client_certificate: cert_chain,
          client_key: private_key,
          insecure: false,
        }, { ca: ["root_certs"], certificate: ["cert_chain"], key: ["private_key"] })
        : [],
    ),
  helper: async (pipes) => (await import("./helper.ts")).helper(pipes),
};
export default plugin;
