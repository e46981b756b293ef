/**
 * Alerts as messages of RabbitMQ, which confirms each one. One that no queue takes comes back, and is
 * sent again later: queues can be made.
 */
import {
  afterAccepted,
  alertId,
  failure,
  fillTopic,
  type FormattedAlert,
  hostAndPort,
  Link,
  sendAll,
  type Sink,
  type SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { RabbitmqConnection } from "./connection.ts";
import { Patience } from "./patience.ts";
import { MAX_SHORT_TEXT_BYTES } from "./requests.ts";
import { PORT, type RabbitmqConfig, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;

interface Connection {
  readonly server: RabbitmqConnection;
  /**
   * Where messages of the last batch went to, once they are confirmed, by their ids. What is tried
   * again because the server was blocked is there already, and is not published once more.
   */
  published: Map<string, Promise<string>>;
}

interface Message extends FormattedAlert {
  readonly id: string;
}

export class RabbitmqSink implements Sink {
  readonly #config: RabbitmqConfig;
  readonly #peer: string;
  readonly #link: Link<Connection>;

  constructor(config: RabbitmqConfig) {
    this.#config = config;
    this.#peer = `RabbitMQ at ${config.address}`;
    this.#link = new Link({
      peer: this.#peer,
      secrets: [config.password],
      open: (lost) => connect(config, lost),
      shut: ({ server }) => server.close(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const { signal } = context ?? {};
    // The same when an alert is sent again, with a mark that says so.
    const ids = await Promise.all(batch.map(({ alert }) => alertId(alert)));
    const messages = batch.map((formatted, index) => ({ ...formatted, id: ids[index]! }));
    // Once there is a connection, the write ends by itself: one that is blocked is kept.
    const opening = new AbortController();
    const giveUp = () => opening.abort(signal?.reason);
    if (signal?.aborted) giveUp();
    signal?.addEventListener("abort", giveUp);
    const isOpen = () => signal?.removeEventListener("abort", giveUp);
    const blocked = await this.#link.use((connection) => {
      isOpen();
      return this.#send(connection, messages, context);
    }, opening.signal).finally(isOpen);
    if (blocked) throw blocked;
  }

  /** Resolves to what is wrong where the connection is to be kept. */
  async #send(
    connection: Connection,
    messages: readonly Message[],
    context: WriteContext | undefined,
  ): Promise<SinkError | undefined> {
    const told = {
      doing: `Cannot write to ${this.#peer}`,
      secrets: [this.#config.password],
    };
    using patience = new Patience(connection.server, context?.signal);
    const earlier = connection.published;
    const published = connection.published = new Map<string, Promise<string>>();
    for (const { id } of messages) {
      const place = earlier.get(id);
      if (place) published.set(id, place);
    }
    const confirmed = new Set<number>();
    const sending = sendAll([...messages.entries()], {
      ...told,
      send: async ([index, message]) => {
        const { id, line } = message;
        let place = earlier.get(id);
        // Of two that are alike each is published.
        earlier.delete(id);
        if (!place) {
          await patience.free();
          place = publish(connection.server, message, this.#config);
          published.set(id, place);
        }
        const answer = { place: await place, sent: line, answer: "confirmed" };
        confirmed.add(index);
        context?.observe?.({ kind: "message", ...answer });
      },
    });
    const blocked = await Promise.race([sending, patience.over]);
    const missing = messages.findIndex((_, index) => !confirmed.has(index));
    if (!blocked || missing < 0) {
      published.clear();
      return undefined;
    }
    const sent = messages.findLastIndex(({ id }) => published.has(id)) + 1;
    const unclear = Math.max(sent - missing, 0);
    return afterAccepted(failure(blocked, { ...told, unclear }), missing);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

/** Resolves, when it is confirmed, to where it went to. */
function publish(
  server: RabbitmqConnection,
  { alert, line, id }: Message,
  { exchange, queue_name, routing_key }: RabbitmqConfig,
): Promise<string> {
  const key = exchange === "" ? queue_name : withinShortText(fillTopic(routing_key, alert));
  const confirmed = server.publish({
    exchange,
    routingKey: key,
    messageId: id,
    contentType: line.startsWith("{") ? "application/json" : "text/plain",
    timeSeconds: Number(alert.timeNs / 1_000_000_000n),
    body: encoder.encode(line),
  });
  const place = confirmed.then((isTaken) => {
    if (!isTaken) throw new Error(`no queue takes messages for "${key}"`);
    return exchange === "" ? `queue ${key}` : `exchange ${exchange}, routing key ${key}`;
  });
  // Nobody may wait any more.
  place.catch(() => {});
  return place;
}

const encoder = new TextEncoder();

/** As much of a text as AMQP takes for a name. */
function withinShortText(text: string): string {
  const { read } = encoder.encodeInto(text, new Uint8Array(MAX_SHORT_TEXT_BYTES));
  return text.slice(0, read);
}

async function connect(config: RabbitmqConfig, lost: () => void): Promise<Connection> {
  const { address, tls, user, virtual_host, queue_name, exchange, declare } = config;
  const server = await RabbitmqConnection.open({
    to: hostAndPort(address, PORT)!,
    tls,
    timeoutMs: CONNECT_TIMEOUT_MS,
    user,
    password: config.password.reveal(),
    virtualHost: virtual_host,
    queue: exchange === "" && declare ? queue_name : undefined,
    lost,
  });
  return { server, published: new Map() };
}

const plugin: SinkPlugin<RabbitmqConfig> = {
  kind: "sink",
  name: "rabbitmq",
  summary: "RabbitMQ: a queue or an exchange",
  schema,
  format: "json",
  create: (config) => new RabbitmqSink(config),
};
export default plugin;
