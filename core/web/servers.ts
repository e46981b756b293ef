/** The servers of a run: who asks for an address twice gets the same one. */
import { type Listen, WebError, type WebLog } from "./endpoint.ts";
import { STANDARD_LIMITS, type WebLimits } from "./limits.ts";
import { WebServer } from "./server.ts";
import { areSameFiles } from "./tls_files.ts";
import { addressName } from "./transport.ts";

export interface WebServersOptions {
  readonly log: WebLog;
  readonly limits?: Partial<WebLimits>;
}

export class WebServers {
  readonly #log: WebLog;
  readonly #limits: WebLimits;
  readonly #servers = new Map<string, WebServer>();

  constructor({ log, limits }: WebServersOptions) {
    this.#log = log;
    this.#limits = { ...STANDARD_LIMITS, ...limits };
  }

  /** The server for this address, not necessarily started. Throws `WebError` "tls-conflict". */
  at(listen: Listen): WebServer {
    const name = addressName(listen);
    const known = this.#servers.get(name);
    if (known) {
      if (areSameFiles(known.listen.tls, listen.tls)) return known;
      const what = known.listen.tls && listen.tls ? "two sets of certificates" : "and without TLS";
      throw new WebError("tls-conflict", `Cannot listen on ${name} with ${what} at a time`);
    }
    const server = new WebServer({ listen, limits: this.#limits, log: this.#log });
    this.#servers.set(name, server);
    return server;
  }

  /** All that were asked for so far. */
  get servers(): readonly WebServer[] {
    return [...this.#servers.values()];
  }

  /** Starts those that have not been; rejects with `WebError`. */
  async start(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.start()));
  }

  /** As `WebServer.reload`, of all of them. */
  reload(): void {
    for (const server of this.#servers.values()) server.reload();
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.shutdown()));
  }
}
