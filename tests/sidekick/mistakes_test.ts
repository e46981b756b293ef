import { assert, assertEquals } from "../assert.ts";
import { variableOf } from "../../core/app/sidekick/file.ts";
import { SIDEKICK_OUTPUTS } from "../../core/app/sidekick/outputs/mod.ts";
import { configOf, load, told } from "./loading.ts";

Deno.test("settingsOf() tells of mistakes where they stand, by falcosidekick's names", async () => {
  const { report } = await load(
    `
slak: {webhookurl: x}
slack: {webhookurl: localhost, minimumpriority: loud, chanel: c}
syslog: {host: h, port: "514", protocol: tcp, format: leef}
smtp: {hostport: "m:25"}
stan: {hostport: nats://n, clusterid: c, whatever: 1}
teams: https://example.org/secret
discord:
influxdb: {hostport: http://i:8086, precision: s}
elasticsearch: {hostport: http://e:9200, type: _doc}
listenport: 0
templatedfields: {a: "{{ range . }}"}
`,
    { LOKI_HOSTPORT: "secret", DEBUG: "sometimes" },
  );
  const lines = told(report);
  for (
    const expected of [
      'C003 unknown key "slak" (did you mean "slack"?)',
      'C003 unknown key "chanel" in "slack" (did you mean "channel"?)',
      'C004 "slack.webhookurl" wants an address that begins with http:// or https://, found a text that is not shown (write http:// in front of it)',
      'C004 "slack.minimumpriority" wants one of emergency, alert, critical, error, warning, notice, informational, debug, found "loud" (undefined)',
      'C004 "syslog.format" wants json or cef, found "leef" (undefined)',
      'C004 "teams" wants a mapping (undefined)',
      'C061 output "stan" is off: "stan.clientid" is missing (add it, or take the others out)',
      'C003 unknown key "whatever" in "stan" (it is ignored)',
      'C061 output "smtp" is off: "smtp.from" and "smtp.to" are missing (add it, or take the others out)',
      'C062 "influxdb.precision" is without effect in falcod: times are always in nanoseconds (undefined)',
      'C004 "DEBUG" wants true or false, found what $DEBUG holds (undefined)',
      'C004 "listenport" wants a whole number from 1 to 65535, found "0" (undefined)',
      'C004 "LOKI_HOSTPORT" wants an address that begins with http:// or https://, found what $LOKI_HOSTPORT holds (undefined)',
    ]
  ) assert(lines.includes(expected), `${expected}\nis none of\n${lines.join("\n")}`);
  assert(!lines.some((line) => line.includes("elasticsearch")), "what is so anyway needs no words");
  assert(lines.some((line) => line.startsWith('C004 "templatedfields.a" wants a template')));
  const [wrong] = report.diagnostics.filter(({ title }) => title.includes("slack.webhookurl"));
  assertEquals(wrong!.at!.source.position(wrong!.at!.start), { line: 3, column: 21 });
});

Deno.test("settingsOf() tells of fields, tags and paths that are none", async () => {
  const wanted = "wants a mapping of names to texts, or name:text with commas between";
  const list = "wants a list of texts, or texts with commas between";
  const cases: Readonly<Record<string, readonly string[]>> = {
    "customfields: [a, b]": [`"customfields" ${wanted}, found a sequence`],
    "customfields: 5": [`"customfields" ${wanted}, found "5"`],
    "templatedfields: a": [`"templatedfields" ${wanted}, found "a"`],
    "customfields: {a: b, c: [d], e: {f: g}}": [
      '"customfields.c" wants text, found a sequence',
      '"customfields.e" wants text, found a mapping',
    ],
    "customtags: {a: b}": [`"customtags" ${list}, found a mapping`],
    "customtags: [a, [b], {c: d}]": [
      '"customtags[1]" wants text, found a sequence',
      '"customtags[2]" wants text, found a mapping',
    ],
    "tlsserver: {notlspaths: {a: b}}": [`"tlsserver.notlspaths" ${list}, found a mapping`],
    "prometheus: {extralabels: {a: b}}": [`"prometheus.extralabels" ${list}, found a mapping`],
    "customfields: true": [`"customfields" ${wanted}, found "true"`],
    "customfields: false\ntemplatedfields: []\ncustomtags: {}": [],
    "customfields: 'a:b, c:d'": [],
    "customfields: {a: 5, b: }\ncustomtags: 5": [],
  };
  for (const [text, expected] of Object.entries(cases)) {
    const { report } = await load(`${text}\n`);
    const found = report.diagnostics.filter(({ code }) => code === "C004");
    assertEquals(found.map(({ title }) => title), expected, text);
    for (const { at } of found) assertEquals(at!.source.position(at!.start).line, 1);
  }
  const { report } = await load("", { CUSTOMFIELDS: "a:b,secret" });
  assertEquals(
    report.diagnostics.map(({ title }) => title)[0],
    `"CUSTOMFIELDS" ${wanted}, found what $CUSTOMFIELDS holds`,
  );
});

Deno.test("settingsOf() takes an empty list of headers or labels, or false, for none", async () => {
  const keys = SIDEKICK_OUTPUTS.flatMap(({ section, enabledBy, keys }) =>
    Object.entries(keys).flatMap(([key, { kind, to }]) =>
      kind === "texts" || kind === "list" && !enabledBy.includes(key)
        ? [{ section, enabledBy, key, kind, to: to! }]
        : []
    )
  );
  assert(keys.some(({ section, key }) => section === "webhook" && key === "customheaders"));
  for (const { section, enabledBy, key, kind, to } of keys) {
    for (const none of kind === "texts" ? ["[]", "false", "{}"] : ["[]", "{}"]) {
      const entries = enabledBy.map((name) => `${name}: ${VALUES[name] ?? "name"}`);
      const inner = `{${[...entries, `${key}: ${none}`].join(", ")}}`;
      const text = section.split(".").reduceRight((value, name) => `{${name}: ${value}}`, inner);
      const { report } = await load(text);
      const told = report.diagnostics.filter(({ title }) =>
        title.includes(key) || title.includes(to)
      );
      assertEquals(told.map(({ title }) => title), [], text);
    }
  }
  const { settings } = await load("webhook: {address: http://w, customheaders: false}\n");
  assertEquals(configOf(settings, "webhook")["headers"], undefined);
});

Deno.test("settingsOf() tells once of a key that several outputs share, by its name there", async () => {
  const { report } = await load(`
aws: {region: eu-west-1, checkidentity: false, sqs: {url: "http://q/"}, s3: {bucket: bucket}}
alertmanager: {hostport: x}
`);
  assertEquals(told(report).map((text) => text.split(" wants")[0]!.replace(/: who.*/, "")), [
    'C062 "aws.checkidentity" is without effect in falcod',
    'C004 "alertmanager.hostport"',
  ]);
});

/** What switches outputs on, where no name will do. */
const VALUES: Readonly<Record<string, string>> = {
  endpointtype: "proxy",
  enabled: "true",
  endpoint: "http://h",
  port: "514",
  protocol: "tcp",
};

/** Each with what is told: the key that is wrong, and never the one that it becomes a part of. */
const BLAMED: Readonly<Record<string, string | undefined>> = {
  "timescaledb: {host: h, port: abc}":
    '"timescaledb.port" wants a port from 1 to 65535, found "abc" (undefined)',
  "timescaledb: {host: h, port: 0}":
    '"timescaledb.port" wants a port from 1 to 65535, found "0" (undefined)',
  "logstash: {address: h, port: 70000}":
    '"logstash.port" wants a port from 1 to 65535, found "70000" (undefined)',
  "syslog: {host: h, port: 99999, protocol: tcp}":
    '"syslog.port" wants a port from 1 to 65535, found "99999" (undefined)',
  "timescaledb: {host: '127.0.0.1:15432', port: 15432}":
    '"timescaledb.host" wants a host without a port, found "127.0.0.1:15432" (leave the port out: "port" beside it is for that)',
  "syslog: {host: 'a:b', port: 514, protocol: tcp}":
    '"syslog.host" wants the name or the IP address of a host, found "a:b" (undefined)',
  "timescaledb: {host: '::1', port: 15432}": undefined,
  "timescaledb: {host: '[::1]', port: 15432}": undefined,
  "wavefront: {endpointtype: proxy, endpointhost: h, endpointmetricport: 99999}":
    '"wavefront.endpointmetricport" wants a port from 1 to 65535, found "99999" (undefined)',
  "wavefront: {endpointtype: proxy, endpointhost: 'h:1', endpointmetricport: 2}":
    '"wavefront.endpointhost" wants a host without a port, found "h:1" (the port stands in "wavefront.endpointmetricport", and is another one)',
  "wavefront: {endpointtype: proxy, endpointhost: 'h:2', endpointmetricport: 2}": undefined,
  "wavefront: {endpointtype: proxy, endpointhost: 'h:99999'}":
    '"wavefront.endpointhost" wants a host, or an address with http:// or https://, and if with a port, one from 1 to 65535, found "h:99999" (undefined)',
  "wavefront: {endpointtype: direct, endpointhost: h}":
    `"wavefront.endpointtype" wants "wavefront.endpointtoken" beside it, found "direct" (only proxies take points without a token: write the one of Wavefront's API)`,
  "openfaas: {functionname: f, gatewayport: 99999}":
    '"openfaas.gatewayport" wants a whole number from 1 to 65535, found "99999" (undefined)',
  "smtp: {hostport: 'm:99999', from: a@example.org, to: b@example.org}":
    '"smtp.hostport" wants host:port with a port from 1 to 65535, found "m:99999" (undefined)',
  "loki: {hostport: 'http://h:99999'}":
    '"loki.hostport" wants an address with a host and, if with a port, one from 1 to 65535, found a text that is not shown (undefined)',
  "spyderbat: {orguid: o, apikey: k, apiurl: api.spyderbat.com}":
    '"spyderbat.apiurl" wants an address that begins with http:// or https://, found a text that is not shown (write https:// in front of it)',
  "loki: {hostport: loki.example.org}":
    '"loki.hostport" wants an address that begins with http:// or https://, found "loki.example.org" (did you mean "https://loki.example.org"?)',
  "mqtt: {broker: 'h:99999'}":
    '"mqtt.broker" wants an address with a host and, if with a port, one from 1 to 65535, found "h:99999" (undefined)',
  "loki: {hostport: 'http://h', endpoint: loki/push}":
    '"loki.endpoint" wants a path that begins with /, found "loki/push" (undefined)',
  "alertmanager: {hostport: 'http://h', endpoint: api}":
    '"alertmanager.endpoint" wants a path that begins with /, found "api" (undefined)',
  "sinks: [{type: otlplogs, endpoint: 'http://h', protocol: http}]":
    '"sinks[0].protocol" wants one of http/protobuf, http/json, grpc, found "http" (undefined)',
};

Deno.test("settingsOf() blames the key whose value is wrong, where two become one", async () => {
  for (const [text, expected] of Object.entries(BLAMED)) {
    const { report } = await load(`${text}\n`);
    assertEquals(told(report), expected === undefined ? [] : [`C004 ${expected}`], text);
  }
  const { report } = await load("", { TIMESCALEDB_HOST: "h", TIMESCALEDB_PORT: "abc" });
  const [only] = told(report);
  assert(only?.startsWith('C004 "TIMESCALEDB_PORT" wants a port from 1 to 65535'), only);
});

Deno.test("settingsOf() joins host and port to an address of IPv6", async () => {
  for (const host of ["::1", "[::1]"]) {
    const { settings } = await load(`timescaledb: {host: "${host}", port: 15432}\n`);
    assertEquals(configOf(settings, "timescaledb").address, "[::1]:15432");
  }
});

Deno.test("settingsOf() takes the protocols of OpenTelemetry that falcosidekick has", async () => {
  for (const signal of ["logs", "traces", "metrics"]) {
    const of = async (protocol: string) =>
      await load(`otlp: {${signal}: {endpoint: "http://h:4317", protocol: ${protocol}}}\n`);
    const { settings, report } = await of("grpc");
    assertEquals(told(report), []);
    assertEquals(configOf(settings, `otlp${signal}`).protocol, "grpc");
    const [only = ""] = told((await of("http")).report);
    const wants = `"otlp.${signal}.protocol" wants http/protobuf, http/json or grpc, found "http"`;
    assert(only.startsWith(`C004 ${wants}`), only);
  }
});

Deno.test("settingsOf() names what is missing as falcosidekick does, for all outputs", async () => {
  const lacking: string[] = [];
  for (const { section, enabledBy, keys } of SIDEKICK_OUTPUTS) {
    const environment = Object.fromEntries(
      enabledBy.map((key) => [variableOf(`${section}.${key}`), VALUES[key] ?? "name"]),
    );
    const { report } = await load("", environment);
    for (const { title, help } of report.diagnostics) {
      const [, missing] = / has no "(.*)"$/.exec(title) ?? [];
      if (missing === undefined) continue;
      assert(Object.hasOwn(keys, missing), title);
      const names = `write "${section}.${missing}", or set ${variableOf(`${section}.${missing}`)}`;
      assert(String(help).startsWith(names), String(help));
      lacking.push(`${section}.${missing}`);
    }
  }
  assertEquals(lacking.sort(), ["azure.eventhub.namespace", "gotify.token", "spyderbat.apikey"]);
});

Deno.test('settingsOf() takes "f" and "no" for names', async () => {
  const { settings } = await load(
    "openfaas: {functionname: f}\nkafka: {hostport: k, topic: no}\n",
  );
  assertEquals(settings.sinks.map(({ label }) => label).sort(), ["kafka", "openfaas"]);
});

Deno.test("settingsOf() tells of variables that are almost those of falcosidekick", async () => {
  const { report } = await load("loki: {hostport: http://l:3100}\n", {
    SLACK_WEBHOOK_URL: "https://example.org/secret",
    // As some pages of falcosidekick and its chart have them.
    KAFKA_TSL: "true",
    SPYPERBAT_ORGUID: "x",
    TELEGRAM_MESSAGE_THREAD_ID: "7",
    // What is meant is there, or nothing is.
    LOKI_HOST_PORT: "http://other:3100",
    DATADOG_API_KEY: "",
    // AWS's own, which counts.
    AWS_SECRET_ACCESS_KEY: "secret",
    // Of outputs that are on, also with letters that are not as they should be.
    ...{ SMTP_HOSTPORT: "m:25", SMTP_FROM: "a@b.c", SMTP_TO: "d@e.f" },
    SMTP_PASWORD: "secret",
    SMTP_USERR: "u",
    SMTP_OUPTUTFORMAT: "text",
    OPSGENIE_APIKY: "secret",
  });
  const ignored = (variable: string, meant: string) =>
    `C003 the variable ${variable} is ignored: falcosidekick has none of this name (did you mean ${meant}?)`;
  assertEquals(told(report).toSorted(), [
    ignored("KAFKA_TSL", "KAFKA_TLS"),
    ignored("SLACK_WEBHOOK_URL", "SLACK_WEBHOOKURL"),
    ignored("SMTP_OUPTUTFORMAT", "SMTP_OUTPUTFORMAT"),
    ignored("SMTP_PASWORD", "SMTP_PASSWORD"),
    ignored("SMTP_USERR", "SMTP_USER"),
    ignored("SPYPERBAT_ORGUID", "SPYDERBAT_ORGUID"),
    ignored("TELEGRAM_MESSAGE_THREAD_ID", "TELEGRAM_MESSAGETHREADID"),
  ]);
  assert(report.diagnostics.every(({ severity, at }) => severity === "warning" && at));
});

Deno.test("settingsOf() leaves alone what Kubernetes tells of services that are called as outputs", async () => {
  const { settings, report } = await load(
    "timescaledb: {host: db}\nsyslog: {host: h, port: 514, protocol: tcp}\n",
    {
      TIMESCALEDB_PORT: "tcp://10.96.0.7:5432",
      SYSLOG_PORT: "udp://[fd00::7]:514",
      // One that is called kafka-host.
      KAFKA_HOST_PORT: "tcp://10.96.0.9:9092",
    },
  );
  assertEquals(told(report), []);
  assertEquals(configOf(settings, "timescaledb")["address"], "db:5432");
  assertEquals(configOf(settings, "syslog")["address"], "h:514");
});

Deno.test("settingsOf() takes templates from a variable, with the commas in them", async () => {
  const { settings, report } = await load("loki: {hostport: http://l:3100}\n", {
    TEMPLATEDFIELDS: 'who:{{ or (index . "user.name") "a, b" }}, where:{{ index . "k8s.ns.name" }}',
    CUSTOMFIELDS: "a:b,c:http://d:1/",
  });
  assertEquals(told(report), []);
  assertEquals([...settings.enrich.templatedFields.keys()], ["who", "where"]);
  assertEquals(settings.enrich.templatedFields.get("who")!(new Map()), "a, b");
  assertEquals(settings.enrich.customFields.get("c"), "http://d:1/");
});

Deno.test("settingsOf() does not show a variable's name as if it were its value", async () => {
  const { report } = await load("", { REDIS_ADDRESS: "r:6379", REDIS_STORAGETYPE: "set" });
  assert(
    told(report).includes(
      'C004 "REDIS_STORAGETYPE" wants one of list, stream, hashmap, channel, found what $REDIS_STORAGETYPE holds (undefined)',
    ),
  );
});

Deno.test("settingsOf() names the part of a template that means nothing", async () => {
  const { report } = await load(
    `slack: {webhookurl: http://s, messageformat: "{{ .Rule }}: {{ .Rule | toUpper }}"}\n` +
      `templatedfields: {a: "{{ if .x }}y", b: "{{ index . 'c' "}\n`,
  );
  const titles = told(report).join("\n");
  for (
    const part of [
      'in it, and "{{ .Rule | toUpper }}" is none of these, found',
      '"templatedfields.a" wants a template of output_fields, and "{{ if … }} without {{ end }}" is none',
      `"templatedfields.b" wants a template of output_fields, and "{{ index . 'c' " is none`,
    ]
  ) assert(titles.includes(part), `${part}\nis not in\n${titles}`);
});

Deno.test("settingsOf() knows values of falcosidekick's chart", async () => {
  const { report } = await load("config:\n  slack: {webhookurl: http://s}\nother: {a: b}\n");
  const lines = told(report);
  const help = 'in values of falcosidekick\'s chart, what is under "config" is the configuration';
  assert(lines.includes(`C003 unknown key "config" (${help})`), lines.join("\n"));
  assert(lines.includes('C003 unknown key "other" (it is ignored)'), lines.join("\n"));
});
