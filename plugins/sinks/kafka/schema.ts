/** `type: kafka` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";
import { BALANCERS } from "./balancer.ts";
import { COMPRESSIONS } from "./record_batch.ts";

const { flag, oneOf, secret, sequence, text, word } = setting;

export const PORT = 9092;

/** What may stand in the name of a topic, at most 249 of it; tokens are filled in. */
const TOPIC = /^(?:[\w.-]|<(?:priority|rule|source|hostname)>){1,249}$/;

export const schema = z.strictObject({
  host_port: sequence(serverAddress({ port: PORT })).refine((list) => list.length > 0, {
    error: "host:port, or a sequence of them",
  }).describe("host:port of some brokers of the cluster, by which the others are found"),
  topic: word().regex(TOPIC, { error: "the name of a topic" }).describe(
    "Topic; `<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
  ),
  topic_creation: flag(false).describe("Whether the brokers are asked to make a topic"),
  key: text().describe("Key of messages, with the same tokens; empty: none"),
  balancer: oneOf(BALANCERS, "round_robin").describe(
    "How the partition is chosen; murmur2 does it as Kafka's own clients do, by the key",
  ),
  required_acks: oneOf(["all", "one", "none"], "all").describe(
    "Who has to have a message before it counts as arrived: all replicas in sync, one, nobody",
  ),
  compression: oneOf(COMPRESSIONS, "none").describe(
    "How messages are compressed: gzip, snappy, lz4, zstd, or none",
  ),
  client_id: text("falcod").refine((name) => name.length <= 249, {
    error: "a name of at most 249 characters",
  }).describe("What brokers call falcod in their logs and quotas"),
  sasl: oneOf(["none", "plain", "scram_sha256", "scram_sha512"], "none").describe(
    "How falcod says who it is",
  ),
  username: text().describe("User, for sasl"),
  password: secret().prefault("").describe("Password of the user"),
  tls: tlsSection(false),
});

export type KafkaConfig = z.output<typeof schema>;
