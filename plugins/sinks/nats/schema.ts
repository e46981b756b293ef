/** `type: nats` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

const { flag, secret, sequence, text, word } = setting;

export const PORT = 4222;

/** Of subjects: words with dots between them, no wildcards. docs.nats.io/nats-concepts/subjects */
const SUBJECT = /^(?:[^\s.*>\0]|<[a-z]+>)+(?:\.(?:[^\s.*>\0]|<[a-z]+>)+)*$/;

/** It becomes a part of subjects. */
const ID = /^[\w-]{0,128}$/;
const ID_WANTED = "letters, digits, _ and -";

export const schema = z.strictObject({
  host_port: sequence(serverAddress({ port: PORT })).prefault(["127.0.0.1:4222"]).describe(
    "host:port of servers of one cluster: the first that can be reached is used",
  ),
  subject_template: word().regex(SUBJECT, { error: "words with dots between them" })
    .prefault("falco.<priority>.<rule>").describe(
      "Subject of messages; `<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
    ),
  jetstream: flag(false).describe(
    "Whether a stream has to say of each message that it is kept; else the server's having it counts",
  ),
  cluster_id: text().refine((name) => ID.test(name), { error: ID_WANTED }).describe(
    "Cluster of NATS Streaming that has to keep each message; empty: there is none",
  ),
  client_id: text("falcod").refine((name) => ID.test(name), { error: ID_WANTED }).describe(
    "What that cluster knows falcod by: on each machine another name",
  ),
  user: text().describe("User"),
  password: secret().prefault("").describe("Password of the user"),
  token: secret().prefault("").describe("Token, in place of a user"),
  tls: tlsSection(false),
});

export type NatsConfig = z.output<typeof schema>;
