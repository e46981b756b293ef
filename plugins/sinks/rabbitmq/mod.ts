/**
 * Alerts as messages of RabbitMQ, which confirms each one. One that no queue takes comes back, and is
 * sent again later: queues can be made.
 */
import type { ChannelModel, ConfirmChannel, Message } from "amqplib";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  fillTopic,
  type FormattedAlert,
  hostAndPort,
  Link,
  sendAll,
  type Sink,
  type SinkPlugin,
  tlsOptions,
  type WriteContext,
} from "../../../core/mod.ts";
import { PORT, type RabbitmqConfig, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
const HEARTBEAT_SECONDS = 30;
const MAX_KEY_LENGTH = 255;

interface Connection {
  readonly model: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Why nothing more is taken. */
  ended: Error | undefined;
  /** Who waits for a message to be confirmed. */
  readonly waiting: Set<(why: Error) => void>;
  /** Ids of messages that no queue took. */
  readonly returned: Set<string>;
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
    await this.#link.use((connection) =>
      sendAll(batch, {
        doing: `Cannot write to ${this.#peer}`,
        secrets: [this.#config.password],
        send: async (alert) => {
          const place = await publish(connection, alert, this.#config);
          context?.observe?.({ kind: "message", place, sent: alert.line, answer: "confirmed" });
        },
      }), context?.signal);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

/** Where it went to. */
async function publish(
  connection: Connection,
  { alert, line }: FormattedAlert,
  { exchange, queue_name, routing_key }: RabbitmqConfig,
): Promise<string> {
  const { channel, returned, waiting } = connection;
  const key = exchange === "" ? queue_name : fillTopic(routing_key, alert).slice(0, MAX_KEY_LENGTH);
  const content = Buffer.from(line.toWellFormed(), "utf8");
  const messageId = createHash("sha256").update(`${alert.timeNs} ${alert.rule} `).update(content)
    .digest("base64url");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (connection.ended) throw connection.ended;
  waiting.add(reject);
  channel.publish(exchange, key, content, {
    persistent: true,
    mandatory: true,
    messageId,
    appId: "falcod",
    contentType: line.startsWith("{") ? "application/json" : "text/plain",
    contentEncoding: "utf-8",
    timestamp: Number(alert.timeNs / 1_000_000_000n),
  }, (error) => {
    // Why a connection ends is told behind this.
    if (error) queueMicrotask(() => reject(connection.ended ?? error));
    else resolve();
  });
  await promise.finally(() => waiting.delete(reject));
  // What comes back does so before it is confirmed.
  if (returned.delete(messageId)) throw new Error(`no queue takes messages for "${key}"`);
  return exchange === "" ? `queue ${key}` : `exchange ${exchange}, routing key ${key}`;
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
      returned: new Set(),
      waiting: new Set(),
    };
    const ended = (error?: Error) => void (connection.ended ??= error);
    model.on("error", ended).on("close", ended);
    channel.on("error", ended);
    // It may go on for hours, and says why.
    model.on("blocked", (why: unknown) => {
      const error = new Error(`the server takes no messages now: ${why}`);
      ended(error);
      for (const reject of connection.waiting) reject(error);
    });
    channel.on("close", lost);
    channel.on("return", ({ properties }: Message) => {
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
