/**
 * What falcod asks brokers, and what they answer. Kafka 2.1 and newer know these versions.
 * kafka.apache.org/protocol
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";

/** A question: its number and version, its content, and how the answer is read. */
export interface KafkaRequest<Answer> {
  readonly api: number;
  readonly version: number;
  readonly write: (to: ByteWriter) => void;
  readonly read: (from: ByteReader) => Answer;
}

export interface Broker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface Topic {
  readonly name: string;
  /** A code of `errors.ts`. */
  readonly error: number;
  /** By their numbers; the leader is the id of a broker, -1 for none. */
  readonly partitions: readonly { readonly id: number; readonly leader: number }[];
}

export interface Metadata {
  readonly brokers: readonly Broker[];
  readonly topics: readonly Topic[];
}

/** What brokers there are, and who leads the partitions of these topics. */
export function metadata(
  topics: readonly string[],
  { create }: { readonly create: boolean },
): KafkaRequest<Metadata> {
  return {
    api: 3,
    version: 4,
    write: (to) => to.list(topics, (name) => to.text(name)).int8(Number(create)),
    read: (from) => {
      from.int32(); // for how long answers were held back
      const brokers = from.list(() => {
        const broker = { id: from.int32(), host: from.text() ?? "", port: from.int32() };
        from.text(); // its rack
        return broker;
      });
      from.text(); // the cluster's id
      from.int32(); // the controller
      const found = from.list(() => {
        const error = from.int16(), name = from.text() ?? "";
        from.int8(); // whether it is one of Kafka's own
        const partitions = from.list(() => {
          from.int16(); // missing leaders are known by their id
          const partition = { id: from.int32(), leader: from.int32() };
          from.list(() => from.int32()); // replicas
          from.list(() => from.int32()); // those in sync
          return partition;
        });
        return { error, name, partitions };
      });
      return { brokers, topics: found };
    },
  };
}

export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  /** Of `recordBatch`. */
  readonly batch: Uint8Array;
}

export interface PartitionOutcome {
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
}

/** How many replicas have to have the messages: none is waited for, the leader, or all in sync. */
export const ACKS = { none: 0, one: 1, all: -1 } as const;

/** One batch a partition. With `acks: "none"`, there is no answer. */
export function produce(
  batches: readonly PartitionBatch[],
  { acks, timeoutMs }: { readonly acks: keyof typeof ACKS; readonly timeoutMs: number },
): KafkaRequest<readonly PartitionOutcome[]> {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
  return {
    api: 0,
    version: 7,
    write: (to) =>
      to.text(undefined).int16(ACKS[acks]).int32(timeoutMs).list(
        topics,
        ([topic, ofTopic]) =>
          to.text(topic).list(
            ofTopic,
            ({ partition, batch }) => to.int32(partition).bytes(batch),
          ),
      ),
    read: (from) =>
      from.list(() => {
        const topic = from.text() ?? "";
        return from.list(() => {
          const outcome = { topic, partition: from.int32(), error: from.int16() };
          from.int64(); // the first offset
          from.int64(); // the time they were appended at
          from.int64(); // where the partition begins
          return outcome;
        });
      }).flat(),
  };
}

export interface Handshake {
  readonly error: number;
  readonly mechanisms: readonly string[];
}

export function saslHandshake(mechanism: string): KafkaRequest<Handshake> {
  return {
    api: 17,
    version: 1,
    write: (to) => to.text(mechanism),
    read: (from) => ({ error: from.int16(), mechanisms: from.list(() => from.text() ?? "") }),
  };
}

export interface Authentication {
  readonly error: number;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

export function saslAuthenticate(bytes: Uint8Array): KafkaRequest<Authentication> {
  return {
    api: 36,
    version: 0,
    write: (to) => to.bytes(bytes),
    read: (from) => ({
      error: from.int16(),
      reason: from.text() ?? "",
      bytes: from.byteText(),
    }),
  };
}
