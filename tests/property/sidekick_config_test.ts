/** Configurations of falcosidekick that nobody would write: they are read or told of, and nothing throws. */
import { Registry, Report, SourceText } from "../../core/mod.ts";
import { sidekickFile, variableOf } from "../../core/app/sidekick/file.ts";
import { SIDEKICK_OUTPUTS } from "../../core/app/sidekick/outputs/mod.ts";
import { settingsOf } from "../../core/app/sidekick/settings.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { assert } from "../assert.ts";
import { Random } from "./random.ts";

const registry = new Registry(builtinPlugins);
/** One of every kind, and what cannot be made a text. */
const TYPES = ["{toString: y}", "{valueOf: [], toString: {}}", "[]", "[{}, ~]", "5", "null"];
const VALUES = [
  ...[
    '""',
    "~",
    "true",
    "-1",
    "1e99",
    "[a, {b: c}]",
    "{a: {b: c}}",
    "{}",
    "[a]",
    "'%'",
    "'a:b,c'",
    "{{ x",
    "'{{'",
  ],
  ...TYPES,
  ..."http://a:b@c:1/d?e=f|nats://|//|amqp://%|\u0000|__proto__|constructor|🙂".split("|"),
];
const KEYS = SIDEKICK_OUTPUTS.flatMap(({ section, keys, enabledBy }) =>
  [...Object.keys(keys), ...enabledBy].map((key) => `${section}.${key}`)
);
const OTHERS = ["customfields", "templatedfields", "customtags", "tlsserver", "sinks", "dedup"];

Deno.test("settingsOf() reads any configuration of falcosidekick without throwing", async () => {
  const random = new Random(5);
  for (let round = 0; round < 300; round++) {
    const lines = new Map<string, string[]>();
    const variables = new Map<string, string>();
    for (let count = 1 + random.below(12); count > 0; count--) {
      const [section, ...rest] = random.pick(KEYS).split(".") as [string, ...string[]];
      const key = rest.join(".");
      if (random.below(3) === 0) {
        variables.set(variableOf(`${section}.${key}`), random.pick(VALUES));
      } else {
        const inner = rest.length > 1
          ? `${rest[0]}: {${rest[1]}: ${random.pick(VALUES)}}`
          : `${key}: ${random.pick(VALUES)}`;
        lines.set(section, [...lines.get(section) ?? [], `  ${inner}`]);
      }
    }
    let text = [...lines].map(([section, inner]) => `${section}:\n${inner.join("\n")}`).join("\n");
    text += `\n${random.pick(OTHERS)}: ${random.pick(VALUES)}\n`;
    const { settings, report } = await load(text, variables);
    assert(settings || report.hasErrors, text);
  }
});

Deno.test("settingsOf() reads any value of any key of falcosidekick's outputs without throwing", async () => {
  for (const { section, keys, shared = {}, enabledBy } of SIDEKICK_OUTPUTS) {
    const above = section.split(".").slice(0, -1).join(".");
    const paths = [
      ...[...enabledBy, ...Object.keys(keys)].map((key) => `${section}.${key}`),
      ...Object.keys(shared).map((key) => `${above}.${key}`),
    ];
    const on = enabledBy.map((key) => [`${section}.${key}`, "http://127.0.0.1:1/"] as const);
    for (const path of new Set(paths)) {
      for (const value of TYPES) {
        const text = yamlOf(new Map([...on, [path, value]]));
        const { settings, report } = await load(text);
        assert(settings || report.hasErrors, text);
      }
    }
  }
});

/** Neither a text, nor a list of texts, nor texts by name. */
const NOTHING_WANTED = ["{a: {toString: y}}", "[{toString: y}]", "[[a]]"];
/** What is no text. */
const NO_TEXT = [...NOTHING_WANTED, "{toString: y}", "{a: b}", "{}", "[a]", "[]"];

Deno.test("a value of a wrong type is told by the key that falcosidekick has it at", async () => {
  let count = 0;
  for (const { section, sink, keys, enabledBy } of SIDEKICK_OUTPUTS) {
    if (sink === undefined) continue;
    const on = enabledBy.map((key) => [`${section}.${key}`, "http://127.0.0.1:1/"] as const);
    for (const [key, { kind }] of Object.entries(keys)) {
      if (kind === "idle") continue;
      const path = `${section}.${key}`;
      for (const value of kind === "list" || kind === "texts" ? NOTHING_WANTED : NO_TEXT) {
        count++;
        const text = yamlOf(new Map([...on, [path, value]]));
        const { report } = await load(text);
        const own = report.diagnostics.filter(({ title }) => title.includes(`"${path}`));
        assert(
          own.some(({ severity, at }) => severity === "error" && at?.source.name === "config.yaml"),
          `${text}\n${report.diagnostics.map(({ title }) => title).join("\n")}`,
        );
      }
    }
  }
  assert(count > 1000, `${count}`);
});

Deno.test("sinks of falcod's own that are no list are told", async () => {
  for (const value of ["{type: stdout}", "a", "5", "{toString: y}"]) {
    const { report } = await load(`sinks: ${value}\n`);
    const [error] = report.diagnostics;
    assert(error?.severity === "error" && error.title.startsWith('"sinks" wants'), error?.title);
  }
  for (const value of ["", "~", "[]", '""']) {
    const { report } = await load(`sinks: ${value}\n`);
    assert(!report.hasErrors, value);
  }
});

/** By the path of each value, as `{"a.b": "c"}`. */
function yamlOf(values: ReadonlyMap<string, string>): string {
  interface Level extends Map<string, Level | string> {}
  const root: Level = new Map();
  for (const [path, value] of values) {
    const steps = path.split(".");
    let level = root;
    for (const step of steps.slice(0, -1)) {
      const inner = level.get(step);
      const next: Level = inner instanceof Map ? inner : new Map();
      level.set(step, next);
      level = next;
    }
    level.set(steps.at(-1)!, value);
  }
  const lines = (level: Level, depth: number): string =>
    [...level].map(([key, value]) =>
      `${"  ".repeat(depth)}${key}:${
        typeof value === "string" ? ` ${value}\n` : `\n${lines(value, depth + 1)}`
      }`
    ).join("");
  return lines(root, 0);
}

async function load(text: string, variables: ReadonlyMap<string, string> = new Map()) {
  const report = new Report();
  const source = new SourceText("config.yaml", text);
  const file = sidekickFile(source, { environment: (name) => variables.get(name), report });
  return { settings: file && await settingsOf(file, { registry, report }), report };
}
