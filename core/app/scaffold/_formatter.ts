/** A new format. */
import { ALERT_KEYS, ASSERT_EQUALS } from "./_test_parts.ts";

export const FORMATTER_MODULE = `import type { PluginDefinition } from "./falcod.ts";

export default {
  kind: "formatter",
  definition: {
    open() {
      return {
        /** One line, without a line end. */
        format: ({ time, priority, rule, output }) => \`\${time} [\${priority}] \${rule}: \${output}\`,
      };
    },
  },
} satisfies PluginDefinition;
`;

export const FORMATTER_TEST =
  `import type { Alert, FormatterDefinition, PluginContext } from "./falcod.ts";
import plugin from "./mod.ts";

const alert: Alert = {
${ALERT_KEYS}
};

const context: PluginContext<unknown> = {
  config: {},
  log: { debug() {}, info() {}, warning() {}, error() {} },
  signal: new AbortController().signal,
};

Deno.test("format() makes a line of an alert", async () => {
  const definition: FormatterDefinition<unknown> = plugin.definition;
  const formatter = await definition.open(context);
  const line = "2026-01-31T12:00:00.000000000Z [Notice] Shell started: shell bash";
  assertEquals(formatter.format(alert), line);
});
${ASSERT_EQUALS}`;
