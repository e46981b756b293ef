import { assert, assertEquals } from "../assert.ts";
import { load, told } from "./loading.ts";

Deno.test("settingsOf() tells of mistakes where they stand, by falcosidekick's names", async () => {
  const { report } = await load(
    `
slak: {webhookurl: x}
slack: {webhookurl: localhost, minimumpriority: loud, chanel: c}
syslog: {host: h, port: "514", protocol: tcp, format: leef}
smtp: {hostport: "m:25"}
stan: {hostport: nats://n, clusterid: c, clientid: i, whatever: 1}
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
      'C004 "slack.webhookurl" wants an address that begins with http:// or https://, found a text that is not shown (undefined)',
      'C004 "slack.minimumpriority" wants one of emergency, alert, critical, error, warning, notice, informational, debug, found "loud" (undefined)',
      'C004 "syslog.format" wants json or cef, found "leef" (undefined)',
      'C004 "teams" wants a mapping (undefined)',
      'C061 output "smtp" is off: "smtp.from" and "smtp.to" are missing (add it, or take the others out)',
      'C062 "influxdb.precision" is without effect in falcod: times are always in nanoseconds (undefined)',
      'C004 "DEBUG" wants true or false, found what $DEBUG holds (undefined)',
      'C004 "listenport" wants a whole number from 1 to 65535, found "0" (undefined)',
      'C004 "LOKI_HOSTPORT" wants an address that begins with http:// or https://, found what $LOKI_HOSTPORT holds (undefined)',
    ]
  ) assert(lines.includes(expected), `${expected}\nis none of\n${lines.join("\n")}`);
  assert(lines.includes(
    'C060 falcod has no sink for falcosidekick\'s output "stan" (NATS Streaming has ended in 2023: ' +
      "take it out, and have a server with JetStream get alerts by a sink of the type nats with " +
      "jetstream: true, under sinks)",
  ));
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
