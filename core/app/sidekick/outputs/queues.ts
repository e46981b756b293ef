/** What other programs take alerts from. */
import { hostPart, joinedAddress, portPart } from "../host_and_port.ts";
import {
  checkCert,
  httpOutput,
  idle,
  list,
  made,
  named,
  output,
  type Problem,
  same,
  type SidekickKey,
  type SidekickOutput,
  type Values,
} from "../output.ts";

/** An address of one server as `scheme://user:password@host:port/path`. */
interface ServerUrl {
  readonly scheme: string;
  readonly hostPort: string;
  readonly user: string;
  readonly password: string;
  readonly path: string;
}

/** Where there is no scheme the text is an address already. Absent: it is no address. */
function serverUrl(text: string): ServerUrl | undefined {
  const url = URL.parse(text.includes("://") ? text : `tcp://${text}`);
  if (!url || url.hostname === "") return undefined;
  return {
    scheme: url.protocol.slice(0, -1),
    hostPort: url.host,
    user: decoded(url.username),
    password: decoded(url.password),
    path: decoded(url.pathname),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Schemes by whether they are encrypted; what is not among them is refused. */
function addressed(
  text: string,
  { key, schemes }: { readonly key: string; readonly schemes: Readonly<Record<string, boolean>> },
): Values | Problem {
  const url = serverUrl(text);
  const scheme = /^(\w+):\/\/./.exec(text)?.[1]?.toLowerCase() ?? "tcp";
  if (!url && Object.hasOwn(schemes, scheme)) {
    return { problem: "an address with a host and, if with a port, one from 1 to 65535" };
  }
  if (!url || !Object.hasOwn(schemes, url.scheme)) {
    return { problem: `an address that begins with ${Object.keys(schemes).join(":// or ")}://` };
  }
  return {
    [key]: url.hostPort,
    ...schemes[url.scheme] && { "tls.enabled": "true" },
    ...url.user !== "" && { user: url.user },
    ...url.password !== "" && { password: url.password },
  };
}

const BALANCERS = [
  ...["round_robin", "least_bytes", "crc32", "crc32_random", "murmur2", "murmur2_random"],
];

const NATS_SCHEMES = { nats: false, natss: true, tls: true, http: false, https: true, tcp: false };
const MQTT_SCHEMES = { tcp: false, mqtt: false, ssl: true, tls: true, mqtts: true };
const AMQP_SCHEMES = { amqp: false, amqps: true };

function natsKeys(
  schemes: Readonly<Record<string, boolean>>,
): Readonly<Record<string, SidekickKey>> {
  return {
    hostport: made("host_port", (text) => {
      const values = addressed(text, { key: "host_port", schemes });
      if ("problem" in values || "password" in values) return values;
      // A name alone is a token there.
      const { user, ...others } = values as Values;
      return user === undefined ? others : { ...others, token: user };
    }),
    subjecttemplate: same("subject_template"),
    checkcert: checkCert,
    mutualtls: { to: "tls.client_certificate", kind: "idle" },
  };
}

export const QUEUES: readonly SidekickOutput[] = [
  output({
    section: "redis",
    sink: "redis",
    hasTls: true,
    enabledBy: ["address"],
    keys: {
      address: same("address"),
      username: same("username"),
      password: same("password"),
      database: same("database"),
      storagetype: named("storage_type", ["list", "stream", "hashmap", "channel"]),
      key: same("key"),
      version: idle("falcod finds out by itself"),
      tls: same("tls.enabled"),
      checkcert: checkCert,
      mutualtls: { to: "tls.client_certificate", kind: "idle" },
      certfile: same("tls.client_certificate"),
      keyfile: same("tls.client_key"),
      cacertfile: same("tls.ca"),
    },
  }),
  output({
    section: "kafka",
    sink: "kafka",
    enabledBy: ["hostport", "topic"],
    keys: {
      hostport: list("host_port"),
      topic: same("topic"),
      sasl: named("sasl", ["plain", "scram_sha256", "scram_sha512"]),
      tls: same("tls.enabled"),
      username: same("username"),
      password: same("password"),
      balancer: named("balancer", BALANCERS),
      clientid: same("client_id"),
      compression: named("compression", ["none", "gzip", "snappy", "lz4", "zstd"]),
      async: idle("the delivery writes beside everything else", "false"),
      requiredacks: named("required_acks", ["all", "one", "none"]),
      topiccreation: same("topic_creation"),
    },
  }),
  httpOutput({
    section: "kafkarest",
    sink: "kafkarest",
    enabledBy: ["address"],
    keys: { address: same("address"), version: same("version") },
  }),
  output({
    section: "nats",
    sink: "nats",
    hasTls: true,
    enabledBy: ["hostport"],
    keys: {
      ...natsKeys(NATS_SCHEMES),
      maxconcurrentrequests: idle("alerts stay in order", "1"),
    },
  }),
  output({
    section: "stan",
    sink: "nats",
    hasTls: true,
    enabledBy: ["hostport", "clusterid", "clientid"],
    keys: {
      ...natsKeys({ stan: false, ...NATS_SCHEMES }),
      clusterid: same("cluster_id"),
      clientid: same("client_id"),
      maxconcurrentrequests: idle("alerts stay in order", "1"),
    },
  }),
  output({
    section: "rabbitmq",
    sink: "rabbitmq",
    enabledBy: ["url", "queue"],
    keys: {
      url: made("address", (text) => {
        const values = addressed(text, { key: "address", schemes: AMQP_SCHEMES });
        const path = serverUrl(text)?.path.slice(1) ?? "";
        return "problem" in values
          ? values
          : { ...values, ...path !== "" && { virtual_host: path } };
      }),
      queue: same("queue_name"),
    },
    // Falcosidekick makes no queue, and one that is not durable, or a quorum's, cannot be made again.
    always: { declare: "false" },
  }),
  output({
    section: "mqtt",
    sink: "mqtt",
    enabledBy: ["broker"],
    keys: {
      broker: made(
        "broker",
        (text) => addressed(text, { key: "broker", schemes: MQTT_SCHEMES }),
      ),
      topic: same("topic"),
      qos: same("qos", "0"),
      retained: same("retained"),
      user: same("user"),
      password: same("password"),
      checkcert: checkCert,
    },
  }),
  output({
    section: "logstash",
    sink: "logstash",
    hasTls: true,
    enabledBy: ["address"],
    keys: {
      address: hostPart(),
      port: portPart("5044"),
      tls: same("tls.enabled"),
      // Off unless it is asked for, there.
      checkcert: { ...checkCert, standard: "true" },
      mutualtls: { to: "tls.client_certificate", kind: "idle" },
      certfile: same("tls.client_certificate"),
      keyfile: same("tls.client_key"),
      cacertfile: same("tls.ca"),
      tags: list("tags"),
    },
    finish: joinedAddress,
  }),
  output({
    section: "syslog",
    sink: "syslog",
    enabledBy: ["host", "port", "protocol"],
    keys: {
      host: hostPart(),
      port: portPart(),
      protocol: made("protocol", (text) => ({ protocol: text.toLowerCase() })),
      format: made(
        "format",
        (text) => SYSLOG_FORMATS.get(text.toLowerCase()) ?? { problem: "json or cef" },
        "json",
      ),
    },
    finish: joinedAddress,
    // As Go's package writes it, which falcosidekick uses, and names itself.
    always: { facility: "kern", framing: "lines", tag: "Falco" },
  }),
];

const SYSLOG_FORMATS: ReadonlyMap<string, { readonly [key: string]: string }> = new Map([
  ["json", { format: "json" }],
  ["cef", { content: "cef" }],
]);
