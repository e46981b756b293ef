/** Alerts as messages of MQTT. */
import type { IClientOptions, MqttClient } from "mqtt";
import { Buffer } from "node:buffer";
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
  tlsOptions,
  type WriteContext,
} from "../../../core/mod.ts";
import { type MqttConfig, PORT, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** Brokers keep few messages that are not quite there: Mosquitto 20 of one client. Version 3.1.1 has no bound for quality 1. */
const UNDER_WAY = 16;
const QOS = { "0": 0, "1": 1, "2": 2 } as const;

interface Connection {
  readonly client: MqttClient;
  /** Of a packet; brokers tell it from version 5 on. */
  readonly mostBytes: number;
  /** What the broker said when it ended the connection; only version 5 has words for it. */
  readonly lastWord: () => Error | undefined;
}

interface Publication {
  readonly topic: string;
  readonly line: string;
}

export class MqttSink implements Sink {
  readonly #config: MqttConfig;
  readonly #peer: string;
  readonly #link: Link<Connection>;

  constructor(config: MqttConfig) {
    this.#config = config;
    this.#peer = `MQTT at ${config.broker}`;
    this.#link = new Link({
      peer: this.#peer,
      secrets: [config.password],
      open: (lost) => connect(config, lost),
      shut: ({ client }) => client.end(true),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const { topic, qos, retained, protocol } = this.#config;
    const options = { qos: QOS[qos], retain: retained };
    const messages = batch.map(({ alert, line }): Publication => ({
      topic: fillTopic(topic, alert),
      line: line.toWellFormed(),
    }));
    await this.#link.use(async (connection) => {
      const { mostBytes } = connection;
      const sizes = messages.map((message) => packetBytes(message, this.#config));
      const tooLarge = sizes.findIndex((bytes) => bytes > mostBytes);
      await sendAll(tooLarge < 0 ? messages : messages.slice(0, tooLarge), {
        doing: `Cannot write to ${this.#peer}`,
        secrets: [this.#config.password],
        ...(qos === "2" || protocol === "5") && { atOnce: UNDER_WAY },
        send: async (message) => {
          await published(connection, { ...message, options });
          context?.observe?.({
            kind: "message",
            place: `topic ${message.topic}`,
            sent: message.line,
            ...qos !== "0" && { answer: "acknowledged" },
          });
        },
      });
      if (tooLarge < 0) return;
      const text = `${this.#peer} takes ${mostBytes} bytes a packet, ` +
        `an alert for "${messages[tooLarge]!.topic}" has ${sizes[tooLarge]}`;
      throw afterAccepted(new SinkError("rejected", text), tooLarge);
    }, context?.signal);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}

/** Of PUBLISH: MQTT 5.0, 2.1 and 3.3. */
function packetBytes(
  { topic, line }: Publication,
  { qos, protocol }: Pick<MqttConfig, "qos" | "protocol">,
): number {
  const numberBytes = qos === "0" ? 0 : 2;
  // The length of no properties.
  const propertyBytes = protocol === "5" ? 1 : 0;
  const rest = 2 + Buffer.byteLength(topic) + numberBytes + propertyBytes + Buffer.byteLength(line);
  return 1 + lengthBytes(rest) + rest;
}

/** Of a length that is written seven bits a byte. */
function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** The client forgets messages under way when the connection breaks, and tells nobody. */
function published(
  { client, lastWord }: Connection,
  { topic, line, options }: Publication & {
    readonly options: { readonly qos: 0 | 1 | 2; readonly retain: boolean };
  },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const broken = () => reject(lastWord() ?? new Error("the broker closed the connection"));
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

async function connect(config: MqttConfig, lost: () => void): Promise<Connection> {
  const { connect, ReasonCodes } = await import("mqtt");
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
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  let lastWord: Error | undefined;
  client.on("error", reject);
  client.on("connect", ({ properties }) => {
    resolve({
      client,
      mostBytes: properties?.maximumPacketSize ?? Infinity,
      lastWord: () => lastWord,
    });
  });
  client.on("disconnect", ({ reasonCode = 0, properties }) => {
    const names: Readonly<Record<number, string | undefined>> = ReasonCodes;
    // That all is well (0) is no reason.
    const reason = names[reasonCode] ?? `reason ${reasonCode}`;
    const words = [reason, properties?.reasonString].filter(Boolean).join(", ");
    lastWord = new Error(`the broker ended the connection${words === "" ? "" : `: ${words}`}`);
  });
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
    reject(lastWord ?? new Error("the broker closed the connection"));
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
