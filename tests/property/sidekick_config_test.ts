/** Configurations of falcosidekick that nobody would write: they are read or told of, and nothing throws. */
import { Registry, Report, SourceText } from "../../core/mod.ts";
import { sidekickFile, variableOf } from "../../core/app/sidekick/file.ts";
import { SIDEKICK_OUTPUTS } from "../../core/app/sidekick/outputs/mod.ts";
import { settingsOf } from "../../core/app/sidekick/settings.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { assert } from "../assert.ts";
import { Random } from "./random.ts";

const registry = new Registry(builtinPlugins);
const VALUES = [
  ...[
    '""',
    "~",
    "true",
    "-1",
    "1e99",
    "[a, {b: c}]",
    "{a: {b: c}}",
    "'%'",
    "'a:b,c'",
    "{{ x",
    "'{{'",
  ],
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
    const report = new Report();
    const source = new SourceText("config.yaml", text);
    const file = sidekickFile(source, { environment: (name) => variables.get(name), report });
    const settings = file && await settingsOf(file, { registry, report });
    assert(settings || report.hasErrors, text);
  }
});
