/** Whatever a package says of itself: it is reported or it is a manifest, nothing throws. */
import { Report, SourceText } from "../../core/base/mod.ts";
import { checkOfSchema, configSchemaProblem } from "../../core/plugin/config_schema.ts";
import { type PluginManifest, readManifest } from "../../core/plugin/manifest.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

const MANIFEST = {
  name: "github",
  version: "1.2.3",
  kind: "source",
  description: "Events of repositories",
  api: "^1.0.0",
  entry: "mod.js",
  sha256: "0".repeat(64),
  files: [{ path: "rules/a.yaml", sha256: "0".repeat(64) }],
  config: {
    type: "object",
    properties: {
      url: { type: "string", pattern: "^https://", minLength: 1 },
      every: { type: "integer", minimum: 1, maximum: 9, default: 3 },
      tags: { type: "array", items: { type: "string", enum: ["a", "b"] } },
      deep: { type: "object", additionalProperties: { type: "boolean" } },
    },
    required: ["url"],
  },
  source: {
    name: "github",
    fields: [{ name: "github.user", type: "text", description: "Who", from: "/sender/login" }],
  },
  permissions: { net: ["api.github.com:443"], read: ["/etc/ssl"], env: ["TOKEN"] },
};

const PIECES = [
  null,
  true,
  -1,
  1e99,
  "",
  "..",
  "__proto__",
  "/etc",
  "\u202e",
  "\ud800",
  "a".repeat(2000),
  "(((((((",
  "(a*)*{1000}",
  [],
  [[]],
  {},
  { type: "object" },
  { type: "string", pattern: "(x{1000}){1000}" },
  { type: "array", items: { type: "array", items: {} } },
];

/** The same value with something else at one place. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.below(5) === 0) {
    return random.pick(PIECES);
  }
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  if (Array.isArray(value)) {
    return at === value.length
      ? [...value, random.pick(PIECES)]
      : value.with(at, changed(value[at], random));
  }
  if (at === entries.length) {
    const key = random.pick(["__proto__", "constructor", "toString", "x", "kind", "default"]);
    return Object.fromEntries([...entries, [key, random.pick(PIECES)]]);
  }
  return random.below(4) === 0
    ? Object.fromEntries(entries.toSpliced(at, 1))
    : Object.fromEntries(entries.with(at, [entries[at]![0], changed(entries[at]![1], random)]));
}

function read(text: string): PluginManifest | undefined {
  const report = new Report();
  const manifest = readManifest(new SourceText("falcod-plugin.json", text), report);
  assertEquals(manifest === undefined, report.hasErrors);
  return manifest;
}

Deno.test("readManifest() takes the manifest that the others are made of", () => {
  assertEquals(read(JSON.stringify(MANIFEST))?.permissions.run, []);
});

Deno.test(`readManifest() reports or succeeds for changed manifests (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let i = 0; i < 3000; i++) {
    let value: unknown = MANIFEST;
    for (let times = random.below(3); times >= 0; times--) value = changed(value, random);
    const manifest = read(JSON.stringify(value) ?? "null");
    if (manifest?.config) checkOfSchema(manifest.config).safeParse(random.pick(PIECES));
  }
});

Deno.test(`readManifest() reports or succeeds for broken text (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const whole = JSON.stringify(MANIFEST, undefined, 1);
  for (let i = 0; i < 2000; i++) {
    const from = random.below(whole.length), to = from + random.below(30);
    const middle = random.pick([
      "",
      "{",
      "[[",
      '"',
      "\\",
      "\0",
      "\ud800",
      ",",
      "&a",
      "*a",
      "1e999",
    ]);
    read(whole.slice(0, from) + middle + whole.slice(to));
  }
});

Deno.test("readManifest() survives what is large or deep", () => {
  for (
    const text of [
      "[".repeat(200_000),
      '{"a":'.repeat(200_000),
      `{"name": "${"a".repeat(300_000)}"}`,
      `[${"1,".repeat(100_000)}1]`,
      `{"config":{"type":"object","properties":{${
        Array.from({ length: 9000 }, (_, i) => `"k${i}":{"type":"string"}`).join(",")
      }}}}`,
    ]
  ) {
    assertEquals(read(text), undefined);
  }
});

Deno.test(`configSchemaProblem() finds a problem or the check runs (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let checks = 0;
  for (let i = 0; i < 3000; i++) {
    const schema = changed(MANIFEST.config, random);
    if (configSchemaProblem(schema)) continue;
    checks++;
    checkOfSchema(schema).safeParse(changed({ url: "https://a", every: "4", tags: "a" }, random));
  }
  assert(checks > 0);
});
