import { assert, assertEquals } from "../assert.ts";
import { Secret } from "../../core/plugin/mod.ts";
import { sampleAlert } from "../contract/formatter_suite.ts";
import { accountKey } from "../peers/google_account.ts";
import { SIDEKICK_OUTPUTS } from "../../core/app/sidekick/outputs/mod.ts";
import { configOf, load, registry, told } from "./loading.ts";

Deno.test("settingsOf() makes sinks of falcosidekick's keys, in any case, with its defaults", async () => {
  const { settings, report } = await load(`
listenport: 12801
slack:
  webhookURL: https://hooks.example.org/T/B/X
  minimumpriority: warning
  messageformat: 'Rule {{ .Rule }}'
  mutualtls: true
  spool: {enabled: true, path: /tmp/s}
Elasticsearch:
  hostport: http://es:9200
  checkcert: false
  batching: {enabled: true, flushinterval: 1m30s}
  customHeaders: {X-Scope: one}
alertmanager: {hostport: "http://a:9093, http://b:9093", expiresafter: 90, extralabels: "a:b, c:d"}
redis: {address: "r:6379", tls: true}
`);
  assertEquals(told(report).map((text) => text.replace(/: .*/, "")), [
    'C045 "slack.mutualtls"',
    'C045 "slack.mutualtls"',
    'C045 "slack.mutualtls"',
  ]);
  assertEquals(settings.listen, { hostname: "", port: 12801 });
  assertEquals(configOf(settings, "slack"), {
    webhook_url: "https://hooks.example.org/T/B/X",
    username: "Falcosidekick",
    icon:
      "https://raw.githubusercontent.com/falcosecurity/falcosidekick/master/imgs/falcosidekick_color.png",
    footer: "https://github.com/falcosecurity/falcosidekick",
    message_format: "Rule {{ .Rule }}",
    tls: {
      client_certificate: "/etc/certs/client.crt",
      client_key: "/etc/certs/client.key",
      ca: "system:/etc/certs/ca.crt",
    },
  });
  const { options } = settings.sinks.find(({ label }) => label === "slack")!;
  assertEquals(options!.spool!.folder, "/tmp/s/slack");
  assertEquals(options!.takes!(sampleAlert({ priority: "Notice" })), false);
  assertEquals(options!.takes!(sampleAlert({ priority: "Notice", rule: "Test rule" })), true);
  assertEquals(configOf(settings, "elasticsearch"), {
    host_port: "http://es:9200",
    tls: { insecure: "true" },
    headers: { "X-Scope": "one" },
  });
  const elasticsearch = settings.sinks.find(({ label }) => label === "elasticsearch")!;
  assertEquals(elasticsearch.options!.limits!.gatherMs, 90_000);
  const { host_port, expires_after, extra_labels } = configOf(settings, "alertmanager");
  assertEquals([host_port, expires_after, extra_labels], [
    ["http://a:9093", "http://b:9093"],
    "90s",
    {
      a: "b",
      c: "d",
    },
  ]);
});

Deno.test("settingsOf() has variables of the environment go before the file", async () => {
  const { settings, report } = await load(
    "webhook: {address: http://one.example.org}\ncustomtags: [a]",
    {
      WEBHOOK_ADDRESS: "http://two.example.org/token",
      WEBHOOK_CUSTOMHEADERS: "authorization:Bearer 1,x-a:b",
      NATS_HOSTPORT: "nats://me:word@n:4222",
      RABBITMQ_URL: "amqps://u:p%40@rabbit/hosts",
      RABBITMQ_QUEUE: "q",
      MQTT_BROKER: "ssl://m:8883",
      SYSLOG_HOST: "::1",
      SYSLOG_PORT: "514",
      SYSLOG_PROTOCOL: "TCP",
      NODERED_ADDRESS: "http://node.example.org/red",
      NODERED_USER: "u",
      NODERED_PASSWORD: "ä",
      CUSTOMFIELDS: "one:1,two:%TWO,three:%THREE",
      TWO: "2",
      CUSTOMTAGS: "b, %FOUR, c",
      TEMPLATEDFIELDS: 'four:{{ index . "one" }}',
      DOGSTATSD_FORWARDER: "127.0.0.1:8125",
      MINIMUMPRIORITY: "debug",
    },
  );
  assertEquals(told(report), [
    'C063 "customfields.three" is left out: the variable THREE is not set (set it, or write the text itself)',
    'C063 "customtags[1]" is left out: the variable FOUR is not set (set it, or write the text itself)',
  ]);
  assertEquals(configOf(settings, "webhook"), {
    address: "http://two.example.org/token",
    headers: { authorization: "Bearer 1", "x-a": "b" },
  });
  assertEquals(configOf(settings, "nats"), { host_port: "n:4222", user: "me", password: "word" });
  const { address, user, password, virtual_host, tls } = configOf(settings, "rabbitmq");
  assertEquals([address, user, password, virtual_host, tls], ["rabbit", "u", "p@", "hosts", {
    enabled: "true",
  }]);
  assertEquals(configOf(settings, "mqtt"), {
    broker: "m:8883",
    qos: "0",
    tls: { enabled: "true" },
  });
  const syslog = configOf(settings, "syslog");
  assertEquals([syslog.address, syslog.protocol], ["[::1]:514", "tcp"]);
  const nodered = configOf(settings, "nodered") as { headers: Record<string, string> };
  assertEquals(atob(nodered.headers.authorization!.slice(6)), "u:\u00c3\u00a4");
  assertEquals(configOf(settings, "dogstatsd").dialect, "dogstatsd");
  const { customFields, customTags, templatedFields } = settings.enrich;
  assertEquals([...customFields], [["one", "1"], ["two", "2"]]);
  assertEquals(customTags, ["b", "c"]);
  assertEquals(templatedFields.get("four")!(new Map([["one", "x"]])), "x");
});

Deno.test("settingsOf() has outputs write as falcosidekick does, where falcod does otherwise", async () => {
  const { settings, report } = await load(`
customfields: {env: prod}
templatedfields: {"my.team": '{{ .env }}'}
loki: {hostport: "http://l:3100", extralabels: "proc.name, fd.name"}
influxdb: {hostport: "http://i:8086"}
rabbitmq: {url: "amqp://r", queue: q}
nats: {hostport: "nats://t0ken@n"}
syslog: {host: h, port: "514", protocol: udp}
redis: {address: "r:6379", storagetype: HashMap}
pagerduty: {routingkey: k, region: EU}
opsgenie: {apikey: k, region: Eu}
webhook: {address: "http://w", method: put}
kafka: {hostport: "k:9092", topic: t, balancer: Round_Robin}
`);
  assertEquals(told(report), []);
  const found = (label: string, key: string) => configOf(settings, label)[key];
  assertEquals(found("loki", "extra_labels"), ["proc.name", "fd.name", "env", "my.team"]);
  assertEquals(found("influxdb", "output_fields"), "tags");
  assertEquals(found("rabbitmq", "declare"), "false");
  assertEquals([found("nats", "token"), found("nats", "user")], ["t0ken", undefined]);
  assertEquals(found("syslog", "tag"), "Falco");
  assertEquals(found("redis", "storage_type"), "hashmap");
  assertEquals([found("pagerduty", "region"), found("opsgenie", "region")], ["eu", "eu"]);
  assertEquals(found("webhook", "method"), "PUT");
  assertEquals(found("kafka", "balancer"), "round_robin");
});

Deno.test("settingsOf() makes webhooks of outputs that take Falco's JSON", async () => {
  const { settings, report } = await load(
    `
sumologic: {receiverurl: "https://s.example.org/receiver/T", sourcecategory: c, name: n}
openobserve: {hostport: "http://o:5080/", username: u, password: p, customheaders: {X-A: b}}
zincsearch: {hostport: "http://z:4080", index: alerts, checkcert: false, minimumpriority: error}
quickwit: {hostport: "http://q:7280", autocreateindex: true}
`,
    { QUICKWIT_CUSTOMHEADERS: "X-Q:r", OPENOBSERVE_STREAMNAME: "s" },
  );
  assertEquals(told(report), [
    'C062 "quickwit.autocreateindex" is without effect in falcod: the index has to be there (undefined)',
  ]);
  assertEquals(configOf(settings, "sumologic"), {
    address: "https://s.example.org/receiver/T",
    headers: { "X-Sumo-Category": "c", "X-Sumo-Name": "n" },
  });
  assertEquals(configOf(settings, "openobserve"), {
    address: "http://o:5080/api/default/s/_multi",
    headers: { authorization: `Basic ${btoa("u:p")}`, "X-A": "b" },
  });
  const { address, tls, headers } = configOf(settings, "zincsearch");
  assertEquals([address, tls, headers], [
    "http://z:4080/api/alerts/_doc",
    { insecure: "true" },
    {},
  ]);
  const { takes } = settings.sinks.find(({ label }) => label === "zincsearch")!.options!;
  assertEquals(takes!(sampleAlert({ priority: "Warning" })), false);
  assertEquals(configOf(settings, "quickwit"), {
    address: "http://q:7280/api/v1/falco/ingest",
    headers: { "X-Q": "r" },
  });
});

Deno.test("settingsOf() has services of Yandex Cloud written to as those of AWS", async () => {
  const { settings, report } = await load(`
aws: {region: eu-west-1, kinesis: {streamname: alerts}}
yandex:
  accesskeyid: ID
  secretaccesskey: KEY
  s3: {bucket: alerts}
  datastreams: {streamname: /ru-central1/b1g/etn/alerts, minimumpriority: error}
`);
  assertEquals(told(report), []);
  const { stream_name, region } = configOf(settings, "awskinesis");
  assertEquals([stream_name, region], ["alerts", "eu-west-1"]);
  const own = { region: "ru-central1", access_key_id: "ID", secret_access_key: "KEY" };
  assertEquals(configOf(settings, "yandexs3"), {
    ...own,
    bucket: "alerts",
    endpoint: "https://storage.yandexcloud.net",
    object_canned_acl: "none",
  });
  assertEquals(configOf(settings, "yandexdatastreams"), {
    ...own,
    stream_name: "/ru-central1/b1g/etn/alerts",
    endpoint: "https://yds.serverless.yandexcloud.net",
  });
});

Deno.test("settingsOf() has services of Google Cloud share their credentials", async () => {
  const key = btoa(accountKey("https://oauth2.example.org/token"));
  const { settings, report } = await load(
    `
gcp:
  pubsub: {projectid: my-project, topic: alerts, customattributes: {env: prod}}
  storage: {bucket: alerts, minimumpriority: error}
  cloudfunctions: {name: projects/p/locations/l/functions/alerts}
  cloudrun: {endpoint: "https://alerts.a.run.app/"}
  chronicle: {projectid: my-project, instanceid: 0-1, region: eu, logtype: OTHER}
`,
    { GCP_CREDENTIALS: key, GCP_CLOUDRUN_JWT: "t0ken", GCP_STORAGE_PREFIX: "falco" },
  );
  assertEquals(told(report), []);
  const own = { credentials: key, instance_metadata: "true" };
  assertEquals(configOf(settings, "gcppubsub"), {
    project_id: "my-project",
    topic: "alerts",
    custom_attributes: { env: "prod" },
    ...own,
  });
  assertEquals(configOf(settings, "gcpstorage"), { bucket: "alerts", prefix: "falco", ...own });
  assertEquals(configOf(settings, "gcpcloudfunctions"), {
    function_name: "projects/p/locations/l/functions/alerts",
    ...own,
  });
  assertEquals(configOf(settings, "gcpcloudrun"), {
    endpoint: "https://alerts.a.run.app/",
    jwt: "t0ken",
    ...own,
  });
  assertEquals(configOf(settings, "gcpchronicle"), {
    project_id: "my-project",
    instance_id: "0-1",
    region: "eu",
    log_type: "OTHER",
    ...own,
  });
  const wrong = await load("gcp: {credentials: MARKER, storage: {bucket: alerts}}\n");
  assertEquals(told(wrong.report), [
    'C004 "gcp.credentials" wants the JSON key of a service account, as Google gives it, ' +
    "or that in base64, found a text that is not shown (undefined)",
  ]);
  const partly = await load("gcp: {pubsub: {topic: alerts}, storage: {buket: a}}\n");
  assertEquals(told(partly.report).slice(0, 2), [
    'C003 unknown key "buket" in "gcp.storage" (did you mean "bucket"?)',
    'C061 output "gcp.pubsub" is off: "gcp.pubsub.projectid" is missing ' +
    "(add it, or take the others out)",
  ]);
});

Deno.test("settingsOf() has Event Hubs of Azure written to as falcosidekick's keys say", async () => {
  const text = "azure: {eventhub: {name: hub, minimumpriority: error}}\n";
  const variables = { AZURE_EVENTHUB_NAMESPACE: "alerts.servicebus.windows.net" };
  const { settings, report } = await load(text, variables);
  assertEquals(told(report), []);
  assertEquals(configOf(settings, "azureeventhub"), {
    event_hub: "hub",
    namespace: "alerts.servicebus.windows.net",
    instance_metadata: "true",
  });
  const wrong = await load("azure: {eventhub: {name: hub, namspace: a}, eventhubs: {}}\n");
  assertEquals(told(wrong.report), [
    'C003 unknown key "namspace" in "azure.eventhub" (did you mean "namespace"?)',
    'C003 unknown key "eventhubs" in "azure" (did you mean "eventhub"?)',
    'C004 output "azure.eventhub" has no "namespace" (write "azure.eventhub.namespace", or set ' +
    "AZURE_EVENTHUB_NAMESPACE: the name of a namespace, as alerts or alerts.servicebus.windows.net)",
  ]);
});

Deno.test("settingsOf() makes traces of alerts of system calls", async () => {
  const { settings, report } = await load(
    `otlp: {traces: {endpoint: "http://c:4318", duration: 500, headers: "a=b,c=d"}}\n`,
  );
  assertEquals(told(report), []);
  const { endpoint, duration, headers } = configOf(settings, "otlptraces");
  assertEquals([endpoint, duration, headers], ["http://c:4318", "500ms", { a: "b", c: "d" }]);
  const { takes } = settings.sinks[0]!.options!;
  const sources = ["syscall", "syscalls", "k8s_audit"];
  assertEquals(sources.map((source) => takes!(sampleAlert({ source }))), [true, true, false]);
});

Deno.test("settingsOf() has Logstash trusted as falcosidekick trusts it", async () => {
  const { settings, report } = await load(`logstash: {address: l, tls: true, tags: "a, b"}\n`);
  assertEquals(told(report), []);
  const { address, tls, tags } = configOf(settings, "logstash");
  assertEquals([address, tls, tags], ["l:5044", { enabled: "true", insecure: "true" }, ["a", "b"]]);
  const checked = await load(`logstash: {address: l, port: 6000, tls: true, checkcert: true}\n`);
  const own = configOf(checked.settings, "logstash");
  assertEquals([own.address, own.tls], ["l:6000", { enabled: "true", insecure: "false" }]);
});

Deno.test("settingsOf() takes numbers and names in any case where sinks have words", async () => {
  const { settings, report } = await load(
    `
gotify: {hostport: "http://g", token: t, format: Text}
grafana: {hostport: "http://g:3000", apikey: k, dashboardid: 7, allfieldsastags: true}
kafkarest: {address: "http://k:8082/topics/t", version: 1}
grafanaoncall: {webhookurl: "http://o/T/", customheaders: {X-A: b}}
dynatrace: {apitoken: t, apiurl: "https://d/api"}
cloudevents: {address: "http://c/"}
`,
    { CLOUDEVENTS_EXTENSIONS: "cluster:prod,team:red" },
  );
  assertEquals(told(report), []);
  assertEquals(configOf(settings, "gotify").message_type, "plaintext");
  const { dashboard_id, all_fields_as_tags } = configOf(settings, "grafana");
  assertEquals([dashboard_id, all_fields_as_tags], ["7", "true"]);
  assertEquals(configOf(settings, "kafkarest").version, "1");
  assertEquals(configOf(settings, "cloudevents").extensions, { cluster: "prod", team: "red" });
  assertEquals(configOf(settings, "grafanaoncall").headers, { "X-A": "b" });
  assertEquals(settings.sinks.map(({ label }) => label).sort(), [
    ...["cloudevents", "dynatrace", "gotify", "grafana", "grafanaoncall", "kafkarest"],
  ]);
});

for (const { section, sink, keys, shared, always, finish } of SIDEKICK_OUTPUTS) {
  if (finish) continue;
  Deno.test(`keys of falcosidekick's ${section} lead to keys that the sink ${sink} has`, async () => {
    const { schema } = await registry.load("sink", sink);
    const wanted = [...Object.values({ ...keys, ...shared }).flatMap(({ to }) => to ?? [])];
    for (const path of [...wanted, ...Object.keys(always ?? {})]) {
      assert(await isKnown(schema, path), `${path} is no key of ${sink}`);
    }
  });
}

/** Whether a schema has something to say of a value there but that the key is unknown. */
async function isKnown(schema: { safeParse(value: unknown): unknown }, path: string) {
  const { COMMON_KEYS } = await import("../../core/app/config/sink_options.ts");
  if (COMMON_KEYS.includes(path.split(".")[0]!)) return true;
  const given = path.split(".").reduceRight<unknown>(
    (value, key) => ({ [key]: value }),
    new Secret({ value: "x" }),
  );
  const { error } = schema.safeParse(given) as {
    readonly error?: {
      readonly issues: readonly { readonly code: string; readonly keys?: readonly string[] }[];
    };
  };
  return !error?.issues.some(({ code, keys }) =>
    code === "unrecognized_keys" && keys!.includes(path.split(".").at(-1)!)
  );
}

Deno.test("settingsOf() takes falcosidekick's formats of syslog", async () => {
  const formatOf = async (format: string) => {
    const { settings, report } = await load(
      `syslog: {host: h, port: "514", protocol: tcp, format: ${format}}\n`,
    );
    assertEquals(told(report), []);
    return [
      settings.sinks[0]!.formatter?.name,
      configOf(settings, "syslog").content,
    ];
  };
  assertEquals(await formatOf("json"), ["json", undefined]);
  assertEquals(await formatOf("CEF"), [undefined, "cef"]);
});
