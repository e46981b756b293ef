/** Alerts as messages of NATS, kept by a stream of JetStream's, or by NATS Streaming, where that is wanted. */
import { createHash } from "node:crypto";
import {
  afterAccepted,
  fillTopic,
  type FormattedAlert,
  hostAndPort,
  Link,
  sendAll,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { type Message, NatsConnection } from "./connection.ts";
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
  readonly #link: Link<Connected>;

  constructor(config: NatsConfig) {
    this.#config = config;
    this.#peer = `NATS at ${config.host_port.join(", ")}`;
    this.#link = new Link({
      peer: this.#peer,
      secrets: [config.password, config.token],
      open: (lost) => connect(config, lost),
      shut: ({ connection }) => connection.destroy(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const messages = batch.map((formatted) => this.#messageOf(formatted));
    await this.#link.use(async ({ connection, streaming }) => {
      const { max_payload } = connection.info;
      const sizeOf = (message: Message) => (streaming?.wrapped(message) ?? message.payload).length;
      const tooLarge = messages.findIndex((message) => sizeOf(message) > max_payload);
      const fitting = tooLarge < 0 ? messages : messages.slice(0, tooLarge);
      const keeper = streaming ?? (this.#config.jetstream ? connection : undefined);
      if (keeper) {
        const doing = `Cannot write to ${this.#peer}`;
        await sendAll(fitting, { doing, send: (message) => keeper.store(message) });
      } else {
        await connection.publish(fitting);
      }
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

  #messageOf({ alert, line }: FormattedAlert): Message {
    const payload = new TextEncoder().encode(line);
    // A stream takes one that it has already for the same: also after a restart, so no counter.
    const id = createHash("sha256").update(`${alert.timeNs} ${alert.rule} `).update(payload)
      .digest("base64url");
    return { subject: fillTopic(this.#config.subject_template, alert), payload, id };
  }
}

async function connect(config: NatsConfig, lost: () => void): Promise<Connected> {
  const { host_port: servers, user, tls, cluster_id } = config;
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
        lost,
      });
      if (cluster_id === "") return { connection, streaming: undefined };
      try {
        return { connection, streaming: await StreamingClient.open(connection, config) };
      } catch (error) {
        connection.destroy();
        throw error;
      }
    } catch (error) {
      failed ??= error;
    }
  }
  throw failed ?? new Error("no servers are configured");
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
