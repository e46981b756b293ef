/** Alerts as messages of MQTT. */
import type { IClientOptions, MqttClient } from "mqtt";
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
import { type MqttConfig, PORT, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** Brokers keep few messages that are not quite there: Mosquitto 20 of one client. Version 3.1.1 has no bound for quality 1. */
const UNDER_WAY = 16;
const QOS = { "0": 0, "1": 1, "2": 2 } as const;

export class MqttSink implements Sink {
  readonly #config: MqttConfig;
  readonly #peer: string;
  readonly #link: Link<MqttClient>;

  constructor(config: MqttConfig) {
    this.#config = config;
    this.#peer = `MQTT at ${config.broker}`;
    this.#link = new Link({
      peer: this.#peer,
      secrets: [config.password],
      open: (lost) => connect(config, lost),
      shut: (client) => client.end(true),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const { topic, qos, retained, protocol } = this.#config;
    const options = { qos: QOS[qos], retain: retained };
    await this.#link.use((client) =>
      sendAll(batch, {
        doing: `Cannot write to ${this.#peer}`,
        secrets: [this.#config.password],
        ...(qos === "2" || protocol === "5") && { atOnce: UNDER_WAY },
        send: async ({ alert, line }) => {
          const message = { topic: fillTopic(topic, alert), line: line.toWellFormed(), options };
          await published(client, message);
          context?.observe?.({
            kind: "message",
            place: `topic ${message.topic}`,
            sent: line,
            ...qos !== "0" && { answer: "acknowledged" },
          });
        },
      }), context?.signal);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}

/** The client forgets messages under way when the connection breaks, and tells nobody. */
function published(
  client: MqttClient,
  { topic, line, options }: {
    readonly topic: string;
    readonly line: string;
    readonly options: { readonly qos: 0 | 1 | 2; readonly retain: boolean };
  },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const broken = () => reject(new Error("the broker closed the connection"));
  client.once("close", broken);
  client.publish(topic, line, options, (error) => error ? reject(error) : resolve());
  return promise.finally(() => client.off("close", broken));
}

/** Of what a broker says without being asked; without end it would keep everything else waiting. */
const MOST_UNASKED = 100;
/** Answers are short, and the client keeps a packet until it is there. */
const MOST_PACKET_BYTES = 1 << 20;
/** Packets whose answers may still come. */
const MOST_ASKED = 10_000;

async function connect(config: MqttConfig, lost: () => void): Promise<MqttClient> {
  const { connect } = await import("mqtt");
  const { broker, tls, user, client_id, protocol } = config;
  const { host, port } = hostAndPort(broker, PORT)!;
  const password = config.password.reveal();
  const options: IClientOptions = {
    protocol: tls.enabled ? "mqtts" : "mqtt",
    host,
    port,
    clientId: client_id === "" ? `falcod-${crypto.randomUUID().slice(0, 8)}` : client_id,
    protocolVersion: protocol === "5" ? 5 : 4,
    clean: true,
    // The delivery tries again, and knows when.
    reconnectPeriod: 0,
    queueQoSZero: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...user !== "" && { username: user, password },
    ...tls.enabled && tlsOptions(tls),
  };
  const client = connect(options);
  client.setMaxListeners(0);
  const { promise, resolve, reject } = Promise.withResolvers<MqttClient>();
  client.on("error", reject);
  client.on("connect", () => resolve(client));
  let unasked = 0, unreadBytes = 0;
  const tooMuch = () => client.stream.destroy(new Error("the broker says too much"));
  client.stream.on("data", ({ length }: Uint8Array) => {
    if ((unreadBytes += length) > MOST_PACKET_BYTES) tooMuch();
  });
  client.on("packetsend", () => unasked = Math.max(unasked - 1, -MOST_ASKED));
  client.on("packetreceive", () => {
    unreadBytes = 0;
    if (++unasked === MOST_UNASKED) tooMuch();
  });
  client.on("close", () => {
    reject(new Error("the broker closed the connection"));
    lost();
  });
  try {
    return await promise;
  } catch (error) {
    client.end(true);
    throw error;
  }
}

const plugin: SinkPlugin<MqttConfig> = {
  kind: "sink",
  name: "mqtt",
  summary: "MQTT: Mosquitto and other brokers",
  schema,
  // Two that call themselves alike would end each other.
  isAlone: true,
  format: "json",
  create: (config) => new MqttSink(config),
};
export default plugin;
