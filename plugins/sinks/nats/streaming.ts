/**
 * NATS Streaming, which keeps messages beside NATS: github.com/nats-io/stan.go pb/protocol.proto. It ended
 * in 2023 and is there for those who still run it.
 */
import { encodeWireMessage, WireError, WireMessage } from "../../../core/mod.ts";
import { type Answer, isUnheard, type Message, type NatsConnection } from "./connection.ts";

export interface StreamingSettings {
  readonly cluster_id: string;
  readonly client_id: string;
}

const PROTOCOL = 1;

/** A connection by which the cluster knows this client. */
export class StreamingClient {
  readonly #connection: NatsConnection;
  readonly #settings: StreamingSettings;
  /** Another one of the same name is told from this one by it. */
  readonly #id = crypto.getRandomValues(new Uint8Array(16));
  #prefix = "";

  private constructor(connection: NatsConnection, settings: StreamingSettings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  static async open(
    connection: NatsConnection,
    settings: StreamingSettings,
  ): Promise<StreamingClient> {
    const client = new StreamingClient(connection, settings);
    const { cluster_id, client_id } = settings;
    const answer = await connection.ask({
      subject: `_STAN.discover.${cluster_id}`,
      payload: encodeWireMessage({
        1: client_id,
        2: connection.heartbeats,
        3: PROTOCOL,
        4: client.#id,
      }),
    });
    if (isUnheard(answer)) throw new Error(`there is no cluster "${cluster_id}"`);
    const found = read(answer);
    const refused = found.text(5);
    if (refused !== "") throw new Error(`cluster "${cluster_id}" refuses: ${refused}`);
    client.#prefix = found.text(1);
    if (client.#prefix === "") throw unreadable();
    return client;
  }

  /** As the cluster takes it. */
  wrapped({ subject, payload, id }: Message): Uint8Array {
    const { client_id } = this.#settings;
    return encodeWireMessage({ 1: client_id, 2: id, 3: subject, 5: payload, 6: this.#id });
  }

  /** Resolves when the cluster keeps it. */
  async store(message: Message): Promise<void> {
    const answer = await this.#connection.ask({
      subject: `${this.#prefix}.${message.subject}`,
      payload: this.wrapped(message),
    });
    const { cluster_id } = this.#settings;
    if (isUnheard(answer)) throw new Error(`cluster "${cluster_id}" is gone`);
    const kept = read(answer);
    const refused = kept.text(2);
    if (refused !== "") throw new Error(`cluster "${cluster_id}" refuses a message: ${refused}`);
    if (kept.text(1) !== message.id) throw unreadable();
  }
}

function read({ payload }: Answer): WireMessage {
  try {
    return new WireMessage(payload);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw unreadable();
  }
}

function unreadable(): Error {
  return new Error("the answer of the cluster cannot be read");
}
