/** Logs, metrics and what searches them. */
import {
  goDuration,
  httpOutput,
  idle,
  list,
  made,
  output,
  same,
  type SidekickOutput,
  texts,
  truth,
} from "../output.ts";

const COUNTED = idle("falcod counts in alerts: batch.size");

export const STORES: readonly SidekickOutput[] = [
  httpOutput({
    section: "elasticsearch",
    sink: "elasticsearch",
    enabledBy: ["hostport"],
    keys: {
      hostport: same("host_port"),
      index: same("index"),
      suffix: same("suffix"),
      type: idle("Elasticsearch 8 knows no types any more"),
      pipeline: same("pipeline"),
      username: same("username"),
      password: same("password"),
      apikey: same("api_key"),
      flattenfields: same("flatten_fields"),
      createindextemplate: made("create_index_template", (text) => ({
        create_index_template: text,
        // As falcosidekick: its template knows only flat names.
        ...truth(text) && { flatten_fields: "true" },
      })),
      numberofshards: same("number_of_shards"),
      numberofreplicas: same("number_of_replicas"),
      enablecompression: same("compress"),
      customheaders: texts("headers"),
      // What waits is always sent together.
      "batching.enabled": idle(),
      "batching.batchsize": COUNTED,
      "batching.flushinterval": made("batch.interval", (text) => {
        const ms = goDuration(text);
        return ms === undefined
          ? { problem: "a duration, as 1s" }
          : { "batch.interval": `${ms}ms` };
      }),
    },
  }),
  httpOutput({
    section: "loki",
    sink: "loki",
    enabledBy: ["hostport"],
    keys: {
      hostport: same("host_port"),
      endpoint: same("endpoint"),
      user: same("user"),
      apikey: same("api_key"),
      tenant: same("tenant"),
      format: same("line"),
      extralabels: list("extra_labels"),
      customheaders: texts("headers"),
    },
  }),
  httpOutput({
    section: "influxdb",
    sink: "influxdb",
    enabledBy: ["hostport"],
    keys: {
      hostport: same("host_port"),
      database: same("database"),
      organization: same("organization"),
      bucket: same("bucket"),
      precision: idle("times are always in nanoseconds"),
      user: same("user"),
      password: same("password"),
      token: same("token"),
    },
  }),
  httpOutput({
    section: "datadog",
    sink: "datadog",
    enabledBy: ["apikey"],
    keys: { apikey: same("api_key"), host: same("host") },
  }),
  httpOutput({
    section: "datadoglogs",
    sink: "datadoglogs",
    enabledBy: ["apikey"],
    keys: { apikey: same("api_key"), host: same("host"), service: same("service") },
  }),
  output({
    section: "statsd",
    sink: "statsd",
    enabledBy: ["forwarder"],
    keys: {
      forwarder: same("forwarder"),
      namespace: same("namespace", "falcosidekick."),
    },
  }),
  output({
    section: "dogstatsd",
    sink: "statsd",
    enabledBy: ["forwarder"],
    keys: {
      forwarder: same("forwarder"),
      namespace: same("namespace", "falcosidekick."),
      tags: idle("tags are rule, priority, source and hostname"),
    },
    always: { dialect: "dogstatsd" },
  }),
];
