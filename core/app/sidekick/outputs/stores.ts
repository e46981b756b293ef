/** Logs, metrics and what searches them. */
import { hostPart, joinedAddress, portPart } from "../host_and_port.ts";
import {
  type Beside,
  checkCert,
  goDuration,
  httpOutput,
  idle,
  list,
  made,
  output,
  pairs,
  part,
  type Problem,
  same,
  type SidekickKey,
  type SidekickOutput,
  texts,
  truth,
  type Values,
} from "../output.ts";

const COUNTED = idle("falcod counts in alerts: batch.size", "5242880");

/** Of all that goes by OTLP. */
const OTLP_KEYS: Readonly<Record<string, SidekickKey>> = {
  endpoint: same("endpoint"),
  protocol: made("protocol", otlpProtocol),
  headers: made("headers", (text) => ({ headers: pairs(text, "=") })),
  timeout: made("timeout", (text) => ({ timeout: text })),
  synced: idle("alerts are always sent together, and in order", "false"),
  extraenvvars: idle("falcod takes its settings from keys"),
  tls: idle("https:// in the endpoint says so", "false"),
  checkcert: checkCert,
};

function otlpProtocol(text: string): Values | Problem {
  return /^(?:http\/(?:protobuf|json)|grpc)$/.test(text)
    ? { protocol: text }
    : { problem: "http/protobuf, http/json or grpc" };
}

export const STORES: readonly SidekickOutput[] = [
  httpOutput({
    section: "elasticsearch",
    sink: "elasticsearch",
    enabledBy: ["hostport"],
    keys: {
      hostport: same("host_port"),
      index: same("index"),
      suffix: same("suffix"),
      type: idle("Elasticsearch 8 knows no types any more", "_doc"),
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
    section: "grafana",
    sink: "grafana",
    enabledBy: ["hostport", "apikey"],
    keys: {
      hostport: same("host_port"),
      apikey: same("api_key"),
      dashboardid: same("dashboard_id"),
      panelid: same("panel_id"),
      allfieldsastags: same("all_fields_as_tags"),
      customheaders: texts("headers"),
    },
  }),
  httpOutput({
    section: "splunk",
    sink: "splunk",
    enabledBy: ["host", "token"],
    keys: { host: same("host"), token: same("token"), customheaders: texts("headers") },
  }),
  output({
    section: "otlp.logs",
    sink: "otlplogs",
    enabledBy: ["endpoint"],
    keys: OTLP_KEYS,
  }),
  output({
    section: "otlp.traces",
    sink: "otlptraces",
    enabledBy: ["endpoint"],
    keys: {
      ...OTLP_KEYS,
      duration: made(
        "duration",
        (text) =>
          /^\d{1,9}$/.test(text)
            ? { duration: `${text}ms` }
            : { problem: "a number of milliseconds" },
      ),
    },
    // As in falcosidekick; what Kubernetes audits has none of the fields that traces go by.
    always: { match: "alert.source startswith syscall" },
  }),
  output({
    section: "otlp.metrics",
    sink: "otlpmetrics",
    enabledBy: ["endpoint"],
    keys: { ...OTLP_KEYS, extraattributes: list("extra_attributes") },
  }),
  httpOutput({
    section: "webui",
    sink: "webui",
    enabledBy: ["url"],
    keys: { url: same("url") },
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
      precision: idle("times are always in nanoseconds", "ns"),
      user: same("user"),
      password: same("password"),
      token: same("token"),
    },
    // As falcosidekick writes points: queries go by tags.
    always: { output_fields: "tags" },
  }),
  output({
    section: "wavefront",
    sink: "wavefront",
    enabledBy: ["endpointtype", "endpointhost"],
    keys: {
      endpointtype: made("address", wavefrontKind),
      endpointhost: { ...part("host", "address"), make: wavefrontHost },
      endpointmetricport: portPart("2878"),
      endpointtoken: same("token"),
      metricname: same("metric_name"),
      batchsize: idle(),
      flushintervalseconds: idle(),
    },
    finish: ({ kind, host, port, ...values }) => ({
      ...values,
      address: wavefrontAddress(String(host), kind === "proxy" ? String(port) : undefined),
    }),
  }),
  output({
    section: "spyderbat",
    sink: "spyderbat",
    enabledBy: ["orguid"],
    keys: {
      orguid: same("org_uid"),
      apikey: same("api_key"),
      apiurl: same("api_url"),
      source: same("source", "falcosidekick"),
      sourcedescription: same("source_description"),
    },
  }),
  output({
    section: "timescaledb",
    sink: "timescaledb",
    enabledBy: ["host"],
    keys: {
      host: hostPart(),
      port: portPart("5432"),
      user: same("user", "postgres"),
      password: same("password", "postgres"),
      database: same("database", "falcosidekick"),
      hypertablename: same("table", "falcosidekick_events"),
    },
    finish: joinedAddress,
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
  httpOutput({
    section: "dynatrace",
    sink: "dynatrace",
    enabledBy: ["apitoken", "apiurl"],
    keys: { apitoken: same("api_token"), apiurl: same("api_url") },
  }),
  output({
    section: "statsd",
    sink: "statsd",
    enabledBy: ["forwarder"],
    keys: {
      forwarder: same("forwarder"),
      namespace: same("namespace", "falcosidekick."),
      tags: idle("StatsD knows no tags"),
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

/** Wavefront itself knows who writes by a token only: falcosidekick puts it into the address. */
function wavefrontKind(kind: string, beside: Beside): Values | Problem {
  if (!/^(?:direct|proxy)$/.test(kind)) return { problem: "direct or proxy" };
  if (kind === "proxy" || beside("endpointtoken") !== undefined) return { kind };
  return {
    problem: '"wavefront.endpointtoken" beside it',
    help: "only proxies take points without a token: write the one of Wavefront's API",
  };
}

function wavefrontHost(host: string, beside: Beside): Values | Problem {
  const isProxy = beside("endpointtype") === "proxy";
  const url = URL.parse(wavefrontAddress(host, isProxy ? "1" : undefined));
  if (!url || !/^https?:$/.test(url.protocol) || url.port === "0") {
    return {
      problem:
        "a host, or an address with http:// or https://, and if with a port, one from 1 to 65535",
    };
  }
  const port = beside("endpointmetricport");
  const own = /:(\d+)\/*$/.exec(host)?.[1];
  if (!isProxy || own === undefined || port === undefined || own === port) return { host };
  return {
    problem: "a host without a port",
    help: 'the port stands in "wavefront.endpointmetricport", and is another one',
  };
}

/** `port`: of a proxy; Wavefront itself is spoken to by TLS. */
function wavefrontAddress(host: string, port: string | undefined): string {
  const address = host.includes("://") ? host : `${port ? "http" : "https"}://${host}`;
  return port === undefined || /:\d+\/*$/.test(address) ? address : `${address}:${port}`;
}
