/** Alerts as messages of Kafka, kept by all replicas in sync where nothing else is said. */
import {
  fillTopic,
  type FormattedAlert,
  type HostAndPort,
  hostAndPort,
  introduced,
  Link,
  openSocket,
  sendParcels,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { authenticate } from "./authenticate.ts";
import { Cluster, type KafkaMessage } from "./cluster.ts";
import { BrokerConnection } from "./connection.ts";
import { type KafkaConfig, PORT, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** Brokers take 1 MiB at once unless they are told otherwise. */
const MOST = { messages: 500, bytes: 900_000 };

const encoder = new TextEncoder();

export class KafkaSink implements Sink {
  readonly #config: KafkaConfig;
  readonly #link: Link<Cluster>;

  constructor(config: KafkaConfig) {
    this.#config = config;
    this.#link = new Link<Cluster>({
      peer: `Kafka at ${config.host_port.join(", ")}`,
      secrets: [config.password],
      open: (lost) => connect(config, lost),
      shut: (cluster) => cluster.destroy(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const messages = batch.map((alert) => this.#messageOf(alert));
    const limits = { most: MOST.messages, mostBytes: MOST.bytes, bytesOf };
    const send = async (some: readonly KafkaMessage[]) => {
      await this.#link.use((cluster) => cluster.send(some), context?.signal);
      for (const { topic, value } of some) {
        context?.observe?.({
          kind: "message",
          place: `topic ${topic}`,
          sent: new TextDecoder().decode(value),
          ...this.#config.required_acks !== "none" && { answer: "acknowledged" },
        });
      }
    };
    await sendParcels(messages, limits, (parcel) => sendTogether(parcel, send, context));
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #messageOf({ alert, line }: FormattedAlert): KafkaMessage {
    const { topic, key } = this.#config;
    return {
      topic: fillTopic(topic, alert).slice(0, 249),
      timeMs: alert.timeNs / 1_000_000n,
      key: key === "" ? undefined : encoder.encode(fillTopic(key, alert)),
      value: encoder.encode(line),
    };
  }
}

function bytesOf({ key, value }: KafkaMessage): number {
  return value.length + (key?.length ?? 0) + 64;
}

/** The first of the servers that answers; those of the cluster that lead partitions are asked later. */
async function connect(config: KafkaConfig, lost: () => void): Promise<Cluster> {
  let failed: unknown;
  for (const server of config.host_port) {
    try {
      const open = (to: HostAndPort) => openBroker(to, config, lost);
      return new Cluster(await open(hostAndPort(server, PORT)!), config, open);
    } catch (error) {
      failed ??= error;
    }
  }
  throw failed ?? new Error("no servers are configured");
}

async function openBroker(
  { host, port }: HostAndPort,
  { tls, client_id, sasl, username: user, password }: KafkaConfig,
  lost: () => void,
): Promise<BrokerConnection> {
  const timeoutMs = CONNECT_TIMEOUT_MS;
  const socket = await openSocket({ to: { host, port }, tls, timeoutMs });
  socket.on("close", lost);
  const connection = new BrokerConnection(socket, client_id);
  if (sasl === "none") return connection;
  const greet = () => authenticate(connection, { sasl, user, password: password.reveal() });
  await introduced(socket, { timeoutMs, greet });
  return connection;
}

const plugin: SinkPlugin<KafkaConfig> = {
  kind: "sink",
  name: "kafka",
  summary: "A topic of Apache Kafka",
  schema,
  format: "json",
  create: (config) => new KafkaSink(config),
  batchSize: 500,
};
export default plugin;
