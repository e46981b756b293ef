/** Alerts as messages of NATS, kept by a stream of JetStream's, or by NATS Streaming, where that is wanted. */
import {
  afterAccepted,
  alertId,
  failure,
  fillTopic,
  type FormattedAlert,
  hostAndPort,
  Link,
  type Secret,
  sendAll,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { Unwanted } from "./complaint.ts";
import { type Message, NatsConnection } from "./connection.ts";
import { publishedBytes } from "./protocol.ts";
import { type NatsConfig, PORT, schema } from "./schema.ts";
import { StreamingClient } from "./streaming.ts";

const CONNECT_TIMEOUT_MS = 5000;

interface Connected {
  readonly connection: NatsConnection;
  /** Present where a cluster of NATS Streaming is to keep messages. */
  readonly streaming: StreamingClient | undefined;
}

export class NatsSink implements Sink {
  readonly #config: NatsConfig;
  readonly #peer: string;
  readonly #secrets: readonly Secret[];
  readonly #link: Link<Connected>;
  /**
   * Ids of those that the server has although some of their batch have subjects that it refuses: when
   * that is tried again, they are not published once more.
   */
  #arrived: ReadonlySet<string> = new Set();

  constructor(config: NatsConfig) {
    this.#config = config;
    this.#peer = `NATS at ${config.host_port.join(", ")}`;
    this.#secrets = [config.password, config.token];
    this.#link = new Link({
      peer: this.#peer,
      secrets: this.#secrets,
      open: (lost) => connect(config, lost),
      shut: ({ connection }) => connection.destroy(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const messages = await Promise.all(batch.map((formatted) => this.#messageOf(formatted)));
    await this.#link.use(async ({ connection, streaming }) => {
      const { max_payload } = connection.info;
      const keeper = streaming ?? (this.#config.jetstream ? connection : undefined);
      const sizeOf = (message: Message) => {
        if (streaming) return streaming.wrapped(message).length;
        return publishedBytes(keeper ? message : { payload: message.payload });
      };
      const tooLarge = messages.findIndex((message) => sizeOf(message) > max_payload);
      const fitting = tooLarge < 0 ? messages : messages.slice(0, tooLarge);
      const refusalOf = keeper ? undefined : await this.#publish(connection, fitting);
      await this.#sendAll(fitting, (message) => {
        if (keeper) return keeper.store(message);
        const refused = refusalOf?.(message);
        return refused ? Promise.reject(refused) : Promise.resolve();
      });
      for (const { subject, payload } of fitting) {
        context?.observe?.({
          kind: "message",
          place: `subject ${subject}`,
          sent: new TextDecoder().decode(payload),
          answer: keeper ? "stored by a stream" : "the server has it",
        });
      }
      if (tooLarge < 0) return;
      const { subject } = messages[tooLarge]!;
      const length = sizeOf(messages[tooLarge]!);
      const text = `${this.#peer} takes ${max_payload} bytes a message, ` +
        `an alert for "${subject}" has ${length}`;
      throw afterAccepted(new SinkError("rejected", text), tooLarge);
    }, context?.signal);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Resolves to why the server does not have one. */
  async #publish(
    connection: NatsConnection,
    messages: readonly Message[],
  ): Promise<(message: Message) => SinkError | undefined> {
    const earlier = this.#arrived;
    const complaintOf = await connection.publish(messages.filter(({ id }) => !earlier.has(id)));
    const told = { doing: `Cannot write to ${this.#peer}`, secrets: this.#secrets };
    const refusalOf = (message: Message) => {
      const complaint = earlier.has(message.id) ? undefined : complaintOf(message);
      // It has said so: nothing is unclear, of those behind it neither.
      return complaint && failure(complaint, told);
    };
    const arrived = messages.filter((message) => !refusalOf(message));
    const isAll = arrived.length === messages.length;
    this.#arrived = new Set(isAll ? [] : arrived.map(({ id }) => id));
    return refusalOf;
  }

  /** Tells what went wrong with the first that failed. */
  #sendAll(messages: readonly Message[], send: (message: Message) => Promise<void>): Promise<void> {
    const told = { doing: `Cannot write to ${this.#peer}`, secrets: this.#secrets };
    return sendAll(messages, {
      ...told,
      send: (message) =>
        send(message).catch((error) => {
          throw error instanceof Unwanted ? failure(error, { ...told, code: "rejected" }) : error;
        }),
    });
  }

  async #messageOf({ alert, line }: FormattedAlert): Promise<Message> {
    const subject = fillTopic(this.#config.subject_template, alert);
    const payload = new TextEncoder().encode(line);
    // A stream takes one that it has already for the same: after a restart, and marked as repeated.
    return { subject, payload, id: await alertId(alert) };
  }
}

async function connect(config: NatsConfig, lost: () => void): Promise<Connected> {
  const { host_port: servers, user, tls, cluster_id, jetstream } = config;
  let failed: unknown;
  for (const server of servers) {
    try {
      const connection = await NatsConnection.open({
        to: hostAndPort(server, PORT)!,
        tls,
        timeoutMs: CONNECT_TIMEOUT_MS,
        user,
        password: config.password.reveal(),
        token: config.token.reveal(),
        asks: jetstream || cluster_id !== "",
        lost,
      });
      const streaming = cluster_id === "" ? undefined : await known(connection, config);
      return { connection, streaming };
    } catch (error) {
      failed ??= error;
    }
  }
  throw failed ?? new Error("no servers are configured");
}

/** To the cluster of NATS Streaming, in time. */
async function known(connection: NatsConnection, config: NatsConfig): Promise<StreamingClient> {
  const { cluster_id } = config;
  const late = new Error(`no answer of cluster "${cluster_id}" within ${CONNECT_TIMEOUT_MS} ms`);
  const timer = setTimeout(() => connection.destroy(late), CONNECT_TIMEOUT_MS);
  try {
    return await StreamingClient.open(connection, config);
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const plugin: SinkPlugin<NatsConfig> = {
  kind: "sink",
  name: "nats",
  summary: "NATS, with JetStream, NATS Streaming or neither",
  schema,
  format: "json",
  create: (config) => new NatsSink(config),
};
export default plugin;
