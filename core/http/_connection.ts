/** A connection to a server that speaks HTTP/1.1. */
import type { Dispatcher } from "undici";
import { UnaskedContinue } from "./_continue.ts";
import type { Exchange } from "./_exchange.ts";
import { Client, type Connect } from "./_undici.ts";
import { type Begun, connectorOf, SETTINGS, type Way } from "./_way.ts";

/** What is asked, whatever the version of HTTP. */
export type Asked = Pick<Dispatcher.DispatchOptions, "method" | "path"> & {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
};

/** One request at a time; others wait behind it. */
export class Connection {
  readonly #client: Client;
  readonly #begun: Begun = new Set();
  readonly #continues = new UnaskedContinue();

  /** Connects with the first request. */
  constructor(way: Way) {
    const there = connectorOf(way, { begun: this.#begun, isHttp2: false });
    const connect: Connect = (place, connected) =>
      there(place, (error, socket) => {
        if (error) connected(error, null);
        else connected(null, this.#continues.leftOutOf(socket));
      });
    const pipelining = way.keepAlive ? 1 : 0;
    this.#client = new Client(way.to, { ...SETTINGS, pipelining, connect });
  }

  get isOpen(): boolean {
    return !this.#client.closed && !this.#client.destroyed;
  }

  /** The exchange is told how it ends, in any case. */
  ask(request: Asked, exchange: Exchange): void {
    exchange.started = () => this.#continues.expect(() => exchange.announced());
    this.#client.dispatch(request, exchange);
  }

  /** Ends once nothing is under way. */
  retire(): void {
    this.#client.close().catch(() => {}); // it has ended already
  }

  /** Ends at once; what is under way fails. */
  async destroy(): Promise<void> {
    const destroyed = this.#client.destroy();
    for (const one of this.#begun) one.destroy();
    await destroyed;
  }
}
