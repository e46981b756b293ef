import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { flag, oneOf, secret, text, whole } = setting;

export const schema = z.strictObject({
  host_port: webAddress().describe("Address of Elasticsearch or OpenSearch"),
  index: text("falco").refine(
    (name) => /^[^A-Z\s"*\\<|,>/?#:+_.-][^A-Z\s"*\\<|,>/?#:]*$/.test(name),
    {
      error: "the name of an index, in small letters",
    },
  ).describe("Index, or data stream, that gets the alerts"),
  suffix: oneOf(["daily", "monthly", "annually", "none"], "daily")
    .describe("What of the alert's date (UTC) stands behind the index: falco-2024.01.31"),
  data_stream: flag(false).describe("The index is a data stream; suffix is without effect"),
  mapping: oneOf(["falco", "ecs"], "falco").describe(
    "Fields as Falco calls them, or as the Elastic Common Schema does, with Falco's below falco",
  ),
  flatten_fields: flag(false).describe("proc.name becomes proc_name"),
  pipeline: text().describe("Ingest pipeline that the alerts go through"),
  username: text().describe("For basic authentication"),
  password: secret().prefault("").describe("Password of the user"),
  api_key: secret().prefault("").describe("Key of the interface, encoded; instead of a user"),
  create_index_template: flag(false).describe(
    "Types of fields are told to the server once, unless it has a template of the name already",
  ),
  number_of_shards: whole({ min: 1, max: 1024, standard: 3 }).describe("For that template"),
  number_of_replicas: whole({ min: 0, max: 1024, standard: 3 }).describe("For that template"),
  ...httpKeys,
});

export type ElasticsearchConfig = z.output<typeof schema>;
