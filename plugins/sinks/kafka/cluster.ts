/** A cluster as a producer sees it: who leads which partition, and connections to those. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAccepted, type HostAndPort, SinkError } from "../../../core/mod.ts";
import { type Balancer, newBalancer } from "./balancer.ts";
import type { BrokerConnection } from "./connection.ts";
import { IS_COMING, kafkaError } from "./errors.ts";
import { type KafkaRecord, recordBatch } from "./record_batch.ts";
import { type Broker, metadata, type PartitionBatch, produce, type Topic } from "./requests.ts";
import type { KafkaConfig } from "./schema.ts";

export type ClusterConfig = Pick<
  KafkaConfig,
  "balancer" | "compression" | "required_acks" | "topic_creation"
>;

export interface KafkaMessage extends KafkaRecord {
  readonly topic: string;
}

/** Connects, and says who it is. */
export type OpenBroker = (to: HostAndPort) => Promise<BrokerConnection>;

/** Replicas that have not answered by then are told of as a failure. */
const REPLICAS_TIMEOUT_MS = 5000;
/** A topic that is made has leaders after some tenths of a second. */
const COMING = { everyMs: 100, times: 30 };

interface Place {
  readonly partition: number;
  readonly leader: number;
}

export class Cluster {
  readonly #config: ClusterConfig;
  readonly #open: OpenBroker;
  readonly #connections = new Map<number, Promise<BrokerConnection>>();
  readonly #topics = new Map<string, Topic>();
  readonly #balancers = new Map<string, Balancer>();
  #brokers = new Map<number, Broker>();

  /** `bootstrap`: a connection to any broker, which is now the cluster's. */
  constructor(
    readonly bootstrap: BrokerConnection,
    config: ClusterConfig,
    open: OpenBroker,
  ) {
    this.#config = config;
    this.#open = open;
  }

  /**
   * Sends messages; resolves when they are kept as asked for. Throws a `SinkError` with how many of
   * them, from the first on, are.
   */
  async send(messages: readonly KafkaMessage[]): Promise<void> {
    await this.#learn(new Set(messages.map(({ topic }) => topic)));
    const places = messages.map((message) => this.#placeOf(message));
    const failures = new Map<string, unknown>();
    const byLeader = Map.groupBy(messages.keys(), (index) => places[index]!.leader);
    await Promise.all([...byLeader].map(async ([leader, indices]) => {
      const ofPartitions = Map.groupBy(
        indices,
        (index) => keyOf(messages[index]!.topic, places[index]!.partition),
      );
      try {
        await this.#sendTo(
          leader,
          [...ofPartitions.values()].map((ofOne) => ({
            topic: messages[ofOne[0]!]!.topic,
            partition: places[ofOne[0]!]!.partition,
            batch: recordBatch(ofOne.map((index) => messages[index]!), this.#config.compression),
          })),
          failures,
        );
      } catch (error) {
        for (const key of ofPartitions.keys()) failures.set(key, error);
      }
    }));
    const outcomes = messages.map(({ topic }, index) =>
      failures.get(keyOf(topic, places[index]!.partition))
    );
    const first = outcomes.findIndex((failed) => failed !== undefined);
    const failed = outcomes[first];
    if (failed === undefined) return;
    if (!(failed instanceof SinkError)) throw failed;
    if (messages.length === 1) throw failed;
    // Of those behind it, the ones of other partitions are there, or may be, and come again.
    throw partOf(failed, first, { isUnclear: !outcomes.slice(first).every(isAway) });
  }

  destroy(): void {
    this.bootstrap.destroy();
    for (const opening of this.#connections.values()) {
      opening.then((connection) => connection.destroy(), () => {});
    }
  }

  async #sendTo(
    leader: number,
    batches: readonly PartitionBatch[],
    failures: Map<string, unknown>,
  ): Promise<void> {
    const { required_acks: acks } = this.#config;
    const connection = await this.#connectionTo(leader);
    const request = produce(batches, { acks, timeoutMs: REPLICAS_TIMEOUT_MS });
    if (acks === "none") return await connection.tell(request);
    const outcomes = await connection.ask(request);
    const answered = new Set(outcomes.map(({ topic, partition }) => keyOf(topic, partition)));
    for (const { topic, partition } of batches) {
      if (!answered.has(keyOf(topic, partition))) throw new Error("a broker answers only in part");
    }
    for (const { topic, partition, error } of outcomes) {
      if (error === 0) continue;
      failures.set(keyOf(topic, partition), kafkaError(error, `topic "${topic}"`));
    }
  }

  #connectionTo(leader: number): Promise<BrokerConnection> {
    const known = this.#connections.get(leader);
    if (known) return known;
    const broker = this.#brokers.get(leader);
    if (!broker) throw new Error(`broker ${leader} is not known`);
    const opening = this.#open(broker);
    this.#connections.set(leader, opening);
    return opening;
  }

  async #learn(names: ReadonlySet<string>): Promise<void> {
    let missing = [...names].filter((name) => !this.#topics.has(name));
    for (let times = 0; missing.length > 0; times++) {
      if (times > 0) await delay(COMING.everyMs);
      const create = this.#config.topic_creation;
      const { brokers, topics } = await this.bootstrap.ask(metadata(missing, { create }));
      this.#brokers = new Map(brokers.map((broker) => [broker.id, broker]));
      const told = new Set(topics.map(({ name }) => name));
      if (!missing.every((name) => told.has(name))) {
        throw new Error("a broker answers only in part");
      }
      for (const topic of topics) {
        const error = errorOf(topic);
        if (error === 0) this.#topics.set(topic.name, topic);
        else if (!isAwaited(error, { create, times })) {
          throw kafkaError(error, `topic "${topic.name}"`);
        }
      }
      missing = missing.filter((name) => !this.#topics.has(name));
      if (times > COMING.times) throw kafkaError(3, `topic "${missing[0]}"`);
    }
  }

  #placeOf(message: KafkaMessage): Place {
    const { topic, key, value } = message;
    const { partitions } = this.#topics.get(topic)!;
    let balancer = this.#balancers.get(topic);
    if (!balancer) this.#balancers.set(topic, balancer = newBalancer(this.#config.balancer));
    const { id, leader } = partitions[balancer({ key, size: value.length }, partitions.length)]!;
    return { partition: id, leader };
  }
}

/** A topic without partitions, or one of whose partitions nobody leads, is not ready. */
function errorOf({ error, partitions }: Topic): number {
  if (error !== 0) return error;
  return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0) ? 0 : 5;
}

function isAwaited(
  error: number,
  { create, times }: { readonly create: boolean; readonly times: number },
): boolean {
  if (!IS_COMING.has(error) || times >= COMING.times) return false;
  // Without its being made, one that is not there stays away.
  return create || error !== 3;
}

/** The broker has said that it does not have the message; nothing is said where a connection breaks. */
function isAway(failed: unknown): boolean {
  return failed instanceof SinkError && !failed.unclear;
}

/** Of what is refused together, nobody knows which it is: each is to be sent alone. */
function partOf(
  failed: SinkError,
  accepted: number,
  { isUnclear }: { readonly isUnclear: boolean },
): SinkError {
  if (failed.code === "rejected") return failed;
  const { code, message } = failed;
  const told = isUnclear ? new SinkError(code, message, { unclear: Infinity }) : failed;
  return afterAccepted(told, accepted);
}

function keyOf(topic: string, partition: number): string {
  return `${partition} ${topic}`;
}
