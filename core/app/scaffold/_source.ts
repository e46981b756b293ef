/** A new source. */
import { ASSERT_EQUALS } from "./_test_parts.ts";

/** Names of event sources have no hyphens. */
export function sourceName(name: string): string {
  return name.replaceAll("-", "_");
}

export function sourceFields(name: string) {
  const own = sourceName(name);
  return [
    {
      name: `${own}.count`,
      type: "uint64",
      description: "How many events there were",
      from: "/count",
    },
    { name: `${own}.message`, type: "text", description: "What happened", from: "/message" },
  ];
}

/** For rules_files of whoever tries it. */
export function sourceRule(name: string): string {
  const own = sourceName(name);
  return `- rule: Event of ${name}
  desc: Something happened
  source: ${own}
  condition: ${own}.count > 0
  output: "%${own}.message"
  priority: NOTICE
`;
}

export const SOURCE_CONFIG = {
  type: "object",
  properties: {
    interval_ms: {
      type: "integer",
      description: "Milliseconds between two events",
      minimum: 1,
      maximum: 3_600_000,
      default: 1000,
    },
  },
};

export const SOURCE_MODULE = `import type { PluginDefinition } from "./falcod.ts";

/** Keys of falco.yaml, as "config" in falcod-plugin.json describes them. */
interface Config {
  readonly interval_ms: number;
}

export default {
  kind: "source",
  definition: {
    async run({ config, signal, ready, emit }) {
      const { interval_ms } = config as Config;
      ready();
      for (let count = 1; !signal.aborted; count++) {
        // "source.fields" in falcod-plugin.json says which field looks where.
        await emit([{ value: { count, message: \`tick \${count}\` } }]);
        await pause(interval_ms, signal);
      }
    },
  },
} satisfies PluginDefinition;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
`;

export const SOURCE_TEST =
  `import type { SourceContext, SourceDefinition, SourceEvent } from "./falcod.ts";
import plugin from "./mod.ts";

Deno.test("run() is ready, emits events in order, and ends when it is told to", async () => {
  const definition: SourceDefinition<unknown> = plugin.definition;
  const stopping = new AbortController();
  const seen: SourceEvent[] = [];
  let isReady = false;
  const context: SourceContext<unknown> = {
    config: { interval_ms: 1 },
    log: { debug() {}, info() {}, warning() {}, error() {} },
    signal: stopping.signal,
    ready: () => isReady = true,
    emit: (events) => {
      seen.push(...events);
      if (seen.length >= 3) stopping.abort();
      return Promise.resolve();
    },
  };
  await definition.run(context);
  assertEquals(isReady, true);
  assertEquals(seen.map(({ value }) => value.message), ["tick 1", "tick 2", "tick 3"]);
});
${ASSERT_EQUALS}`;
