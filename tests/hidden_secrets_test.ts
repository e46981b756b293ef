/** What is wrong with a configuration is told without its secrets, whatever they were written as. */
import { z } from "zod";
import { Registry, renderJson, renderText, Report, SourceText } from "../core/mod.ts";
import { checkConfig } from "../core/app/config/check.ts";
import { checkSinks } from "../core/app/config/check_sinks.ts";
import { readConfigText } from "../core/app/config/load.ts";
import { lookAtSinks } from "../core/app/config/look_at_sinks.ts";
import { sinksOf } from "../core/app/config/outputs.ts";
import { loadResults } from "../core/app/load_results.ts";
import { sidekickFile, variableOf } from "../core/app/sidekick/file.ts";
import { SIDEKICK_OUTPUTS } from "../core/app/sidekick/outputs/mod.ts";
import { settingsOf } from "../core/app/sidekick/settings.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { assert } from "./assert.ts";

const registry = new Registry(builtinPlugins);
const MARKER = "Xq7MARKER9z";

/** As somebody may write a secret, rightly or not. */
const FORMS: readonly string[] = [
  MARKER,
  `"${MARKER}"`,
  `[${MARKER}, "${MARKER}"]`,
  `{${MARKER}: x}`,
  `{value: ${MARKER}}`,
  `{file: [${MARKER}]}`,
  `{file: /no/such, more: ${MARKER}}`,
  `{fil: {deeper: [${MARKER}]}}`,
  `"ftp://user:${MARKER}@127.0.0.1/${MARKER}"`,
  `"http:/user:${MARKER}@127.0.0.1"`,
  `"https://"`,
  `"https:// ${MARKER}"`,
  `>-\n      ${MARKER}\n      ${MARKER}`,
];

/** Paths of secrets; those of mappings by name get one. */
function secretPaths(type: z.core.$ZodType | undefined, path: readonly string[] = []): string[][] {
  if (!type) return [];
  if (z.globalRegistry.get(type)?.secret) return [[...path]];
  if (
    type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional
  ) return secretPaths(type.unwrap(), path);
  if (type instanceof z.ZodPipe) {
    return secretPaths(type.in instanceof z.ZodTransform ? type.out : type.in, path);
  }
  if (type instanceof z.ZodObject) {
    return Object.entries(type.shape).flatMap(([key, inner]) =>
      secretPaths(inner as z.core.$ZodType, [...path, key])
    );
  }
  if (type instanceof z.ZodRecord) {
    const names = ["X-Name", `"Bearer ${MARKER}"`];
    return names.flatMap((name) => secretPaths(type.valueType, [...path, name]));
  }
  return [];
}

function told(report: Report): string {
  return renderText(report.diagnostics) + JSON.stringify(renderJson(report.diagnostics)) +
    JSON.stringify(loadResults(["falco.yaml"], report.diagnostics));
}

function nested([first, ...others]: readonly string[], value: string): string {
  return `${first}: ${rest(others, value)}`;
}

function rest(path: readonly string[], value: string): string {
  const [first, ...others] = path;
  return first === undefined ? value : `{${first}: ${rest(others, value)}}`;
}

async function toldOfConfig(yaml: string): Promise<string> {
  const report = new Report();
  const source = new SourceText("falco.yaml", yaml);
  const root = readConfigText(source, { environment: () => undefined, report });
  if (!root) return told(report);
  const loaded = { config: checkConfig(root, report), root, files: [] };
  const sinks = await checkSinks(sinksOf(loaded, { registry, report }), loaded, {
    registry,
    report,
  });
  await lookAtSinks(sinks, { root, registry, report });
  return told(report);
}

Deno.test("no secret of a sink is shown, whatever it was written as", async () => {
  const sinks = builtinPlugins.filter(({ kind }) => kind === "sink");
  let count = 0;
  for (const { name } of sinks) {
    const { schema } = await registry.load("sink", name);
    for (const path of secretPaths(schema)) {
      count++;
      for (const form of FORMS) {
        const isBlock = form.startsWith(">-");
        if (isBlock && path.length > 1) continue;
        const flow = `{type: ${name}, no_such_key: 1, ${nested(path, form)}, timeout: wrong}`;
        const texts = [
          `sinks:\n  - type: ${name}\n    no_such_key: 1\n    timeout: wrong\n    ${
            nested(path, form)
          }\n`,
          ...isBlock ? [] : [`sinks:\n  - ${flow}\n`, `sinks: [${flow}]\n`],
        ];
        for (const text of texts) {
          const shown = await toldOfConfig(text);
          assert(!shown.includes(MARKER) && shown.includes("timeout"), `${text}\n${shown}`);
        }
      }
    }
  }
  assert(count > 60, `${count}`);
});

Deno.test("no secret is quoted where YAML takes it for something else", async () => {
  for (
    const value of [`*${MARKER}`, `*${MARKER}: b`, `!${MARKER}`, `!!${MARKER} x`, `!<${MARKER}> x`]
  ) {
    const shown = await toldOfConfig(
      `sinks:\n  - type: redis\n    host_port: "127.0.0.1:1"\n    password: ${value}\n`,
    );
    assert(/Y012|Y029/.test(shown) && !shown.includes(MARKER), shown);
  }
});

Deno.test("no secret of a sink is shown under a misspelled key", async () => {
  for (const value of [MARKER, `"${MARKER}"`, `[${MARKER}]`, `{a: ${MARKER}}`]) {
    const shown = await toldOfConfig(
      `sinks: [{type: redis, host_port: "127.0.0.1:1", passwort: ${value}}]\n`,
    );
    assert(shown.includes("passwort") && !shown.includes(MARKER), shown);
  }
});

Deno.test("no secret of a sink without a type is shown", async () => {
  for (const entry of [`slack: {webhook_url: ${MARKER}}`, `name: a, webhook_url: ${MARKER}`]) {
    const shown = await toldOfConfig(`sinks: [{${entry}}]\n`);
    assert(shown.includes("C004") && !shown.includes(MARKER), shown);
  }
});

Deno.test("no secret of a line is shown that lacks its colon, or the blank behind it", async () => {
  const lines = [`password ${MARKER}`, `secret_key:${MARKER}`, `webhook_url ${MARKER} ${MARKER}`];
  for (const line of lines) {
    for (
      const text of [
        `http_output:\n  ${line}\n`,
        `http_output:\n  ${line}\n  enabled: true\n`,
        `http_output:\n  enabled: true\n  ${line}\n  url: x\n`,
        `http_output\n  ${line}\n  enabled: true\n`,
        `json_output: true\n${line}\nhttp_output: {}\n`,
        `sinks:\n  - ${line}\n`,
        `sinks:\n  - ${line}\n    type: redis\n`,
        `sinks:\n  - type: redis\n    ${line}\n    name: b\n`,
        `sinks: [{type: redis, ${line}, name: b}]\n`,
        `sinks:\n  - type: redis\n    tls:\n      ${line}\n     ca: b\n`,
      ]
    ) {
      const shown = await toldOfConfig(text);
      assert(shown.length > 20 && !shown.includes(MARKER), `${text}\n${shown}`);
    }
  }
});

Deno.test("no password of an address is shown, also where addresses are no secrets", async () => {
  for (const key of ["nats", "kafka", "redis", "smtp", "mqtt", "rabbitmq", "syslog", "statsd"]) {
    for (const name of ["host_port", "address", "url", "broker", "brokers"]) {
      for (const form of [`user:${MARKER}@127.0.0.1:1`, `x://user:${MARKER}@127.0.0.1:1`]) {
        const shown = await toldOfConfig(
          `sinks:\n  - {type: ${key}, ${name}: "${form}"}\n  - type: ${key}\n    name: b\n    ${name}: ${form}\n`,
        );
        assert(!shown.includes(MARKER), shown);
      }
    }
  }
  for (const form of FORMS.slice(0, -1)) {
    const shown = await toldOfConfig(
      `http_output: {enabled: true, url: ${form}}\n`,
    );
    assert(!shown.includes(MARKER), shown);
  }
});

const SECRET_KEY =
  /(?:webhookurl|receiverurl|token|password|apikey|secretaccesskey|routingkey|integrationkey|jwt)$/;
const PLACE_KEY = /(?:url|address|hostport|broker)$/;
const PLACES = [`user:${MARKER}@127.0.0.1:1`, `x://user:${MARKER}@127.0.0.1:1`, `//u:${MARKER}@h`];

const HEADERS = [
  `{X-A: ${MARKER}}`,
  `{"Bearer ${MARKER}": x}`,
  `["x:${MARKER}"]`,
  `"Bearer ${MARKER}"`,
];

Deno.test("no secret of falcosidekick's configuration or variables is shown", async () => {
  for (const { section, keys, enabledBy } of SIDEKICK_OUTPUTS) {
    for (const key of Object.keys(keys)) {
      const forms = SECRET_KEY.test(key)
        ? FORMS.slice(0, -1)
        : PLACE_KEY.test(key)
        ? PLACES.map((place) => JSON.stringify(place))
        : key === "headerauthvalue"
        ? FORMS.slice(0, -1)
        : key === "customheaders"
        ? HEADERS
        : [];
      const others = enabledBy.filter((name) => name !== key);
      for (const form of forms) {
        const lines = [
          `${key}: ${form}`,
          ...others.map((name) => `${name}: "x"`),
          "minimumpriority: y",
        ];
        const path = section.split(".");
        const at = (inner: string) => path.reduceRight((text, step) => `${step}: {${text}}`, inner);
        const indent = "  ".repeat(path.length);
        const block = path.map((step, depth) => `${"  ".repeat(depth)}${step}:\n`).join("") +
          lines.map((line) => `${indent}${line}\n`).join("");
        for (
          const [text, variables] of [
            [at(lines.join(", ")), {}],
            [block, {}],
            [at(lines.slice(1).join(", ")), { [variableOf(`${section}.${key}`)]: form }],
          ] as const
        ) {
          const report = new Report();
          const file = sidekickFile(new SourceText("config.yaml", text), {
            environment: (name) => (variables as Record<string, string>)[name],
            report,
          });
          if (file) await settingsOf(file, { registry, report });
          assert(!told(report).includes(MARKER), `${text}\n${told(report)}`);
        }
      }
    }
  }
});

async function toldOfSidekick(yaml: string): Promise<string> {
  const report = new Report();
  const source = new SourceText("config.yaml", yaml);
  const file = sidekickFile(source, { environment: () => undefined, report });
  if (file) await settingsOf(file, { registry, report });
  return told(report);
}

Deno.test("no secret of falcosidekick's is shown in a line that is no YAML, or has another mistake", async () => {
  const keys = SIDEKICK_OUTPUTS.flatMap(({ section, keys }) =>
    section.includes(".") ? [] : Object.keys(keys).map((key) => [section, key] as const)
  ).filter(([, key]) => SECRET_KEY.test(key) || key === "headerauthvalue");
  assert(keys.some(([, key]) => key === "receiverurl"));
  for (const [section, key] of [...keys, ["gcp", "jwt"] as const]) {
    const secret = `${key}: https://h.example.org/${MARKER}`;
    for (
      const text of [
        `${section}: {${secret}, minimumpriority: [a}\n`,
        `${section}:\n  ${secret}\n   minimumpriority: a\n`,
        `${section}: {${secret}, nobodys: 1}\nlistenport: x\n`,
        `nobodys: 1\n${section}: {${secret.replace(": ", ":")}, a: [}\n`,
      ]
    ) {
      const shown = await toldOfSidekick(text);
      assert(shown.length > 20 && !shown.includes(MARKER), `${text}\n${shown}`);
    }
  }
});

Deno.test("no secret of falcosidekick's is shown under a misspelled key", async () => {
  for (const form of [MARKER, `[${MARKER}]`, `{a: ${MARKER}}`]) {
    const shown = await toldOfSidekick(`sumologic: {receiverul: ${form}}\nsumologik: ${form}\n`);
    assert(shown.includes("receiverurl") && !shown.includes(MARKER), shown);
  }
});
