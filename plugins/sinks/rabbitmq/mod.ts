/**
 * Alerts as messages of RabbitMQ, which confirms each one. One that no queue takes comes back, and is
 * sent again later: queues can be made.
 */
import type { ChannelModel, ConfirmChannel, Message as Returned } from "amqplib";
import { Buffer } from "node:buffer";
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
  tlsOptions,
  type WriteContext,
} from "../../../core/mod.ts";
import { Patience } from "./patience.ts";
import { PORT, type RabbitmqConfig, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
const HEARTBEAT_SECONDS = 30;
const MAX_KEY_LENGTH = 255;
/** Of one that the server sends: as many as the package says that it takes, where it would wait for 64 MiB. */
const MOST_FRAME_BYTES = 128 << 10;

interface Connection {
  readonly model: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Why nothing more is taken. */
  ended: Error | undefined;
  /** Why the server, short of memory perhaps, takes nothing just now; it may go on for hours. */
  blocked: Error | undefined;
  /**
   * Where messages of the last batch went to, once they are confirmed, by their ids. What is tried
   * again because the server was blocked is there already, and is not published once more.
   */
  published: Map<string, Promise<string>>;
  /** Ids of messages that no queue took. */
  readonly returned: Set<string>;
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
      shut: ({ model }) => model.close().catch(() => {}),
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
    using patience = new Patience(connection, context?.signal);
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
          place = publish(connection, message, this.#config);
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
  connection: Connection,
  { alert, line, id }: Message,
  { exchange, queue_name, routing_key }: RabbitmqConfig,
): Promise<string> {
  const { channel, returned } = connection;
  const key = exchange === "" ? queue_name : fillTopic(routing_key, alert).slice(0, MAX_KEY_LENGTH);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Nobody may wait any more.
  promise.catch(() => {});
  if (connection.ended) throw connection.ended;
  channel.publish(exchange, key, Buffer.from(line.toWellFormed(), "utf8"), {
    persistent: true,
    mandatory: true,
    messageId: id,
    appId: "falcod",
    contentType: line.startsWith("{") ? "application/json" : "text/plain",
    contentEncoding: "utf-8",
    timestamp: Number(alert.timeNs / 1_000_000_000n),
  }, (error) => {
    // Why a connection ends is told behind this.
    if (error) queueMicrotask(() => reject(connection.ended ?? error));
    // What comes back does so before it is confirmed, and ends the connection.
    else if (returned.has(id)) reject(new Error(`no queue takes messages for "${key}"`));
    else resolve(exchange === "" ? `queue ${key}` : `exchange ${exchange}, routing key ${key}`);
  });
  return promise;
}

async function connect(config: RabbitmqConfig, lost: () => void): Promise<Connection> {
  const { connect } = await import("amqplib");
  const { address, tls, user, virtual_host, queue_name, exchange, declare } = config;
  const { host, port } = hostAndPort(address, PORT)!;
  const model = await connect({
    protocol: tls.enabled ? "amqps" : "amqp",
    hostname: host,
    port,
    username: user,
    password: config.password.reveal(),
    vhost: virtual_host,
    heartbeat: HEARTBEAT_SECONDS,
    maxFrameSize: MOST_FRAME_BYTES,
  }, {
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: "falcod" },
    ...tls.enabled && { host, ...tlsOptions(tls) },
  }).catch(inPlainWords);
  let failed: Error | undefined;
  model.on("error", (error: Error) => failed ??= error);
  model.on("close", lost);
  try {
    const channel = await model.createConfirmChannel();
    const connection: Connection = {
      model,
      channel,
      ended: undefined,
      blocked: undefined,
      returned: new Set(),
      published: new Map(),
    };
    const ended = (error?: Error) => void (connection.ended ??= error);
    model.on("error", ended).on("close", ended);
    channel.on("error", ended);
    model.on("blocked", (why: unknown) => {
      connection.blocked = new Error(`the server takes no messages now: ${why}`);
    });
    model.on("unblocked", () => connection.blocked = undefined);
    channel.on("close", lost);
    channel.on("return", ({ properties }: Returned) => {
      if (typeof properties.messageId === "string") connection.returned.add(properties.messageId);
    });
    if (exchange === "" && declare) await channel.assertQueue(queue_name, { durable: true });
    return connection;
  } catch (error) {
    await model.close().catch(() => {});
    throw failed ?? error;
  }
}

/** The package speaks of sockets where a server, one with TLS perhaps, has just gone away. */
function inPlainWords(error: unknown): never {
  if (!/closed abruptly/.test(String(error))) throw error;
  throw new Error("the server closed the connection during the handshake", { cause: error });
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
