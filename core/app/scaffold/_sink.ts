/** A new sink. */
import { ALERT_KEYS, ASSERT_EQUALS } from "./_test_parts.ts";

export const SINK_CONFIG = {
  type: "object",
  properties: {
    url: {
      type: "string",
      description: "Where alerts are posted to",
      default: "http://127.0.0.1:8080/",
    },
  },
};

export const SINK_MODULE = `import type { PluginDefinition } from "./falcod.ts";

/** Keys of falco.yaml, as "config" in falcod-plugin.json describes them. */
interface Config {
  readonly url: string;
}

export default {
  kind: "sink",
  definition: {
    open({ config, log }) {
      const { url } = config as Config;
      log.info(\`alerts go to \${url}\`);
      return {
        // What it throws is tried again; a batch has arrived when it resolves.
        async write(batch, { signal }) {
          const body = batch.map((alert) => alert.line).join("\\n");
          const response = await fetch(url, { method: "POST", body, signal });
          await response.body?.cancel();
          if (!response.ok) throw new Error(\`\${url} answered \${response.status}\`);
        },
      };
    },
  },
} satisfies PluginDefinition;
`;

export const SINK_TEST =
  `import type { FormattedAlert, PluginContext, Sink, SinkDefinition } from "./falcod.ts";
import plugin from "./mod.ts";

const alert: FormattedAlert = {
${ALERT_KEYS}
  line: "12:00:00 Notice shell bash",
};

function contextOf(config: unknown): PluginContext<unknown> {
  const log = { debug() {}, info() {}, warning() {}, error() {} };
  return { config, log, signal: new AbortController().signal };
}

function openSink(url: string): Promise<Sink> | Sink {
  const definition: SinkDefinition<unknown> = plugin.definition;
  return definition.open(contextOf({ url }));
}

const signal = new AbortController().signal;
const LOCAL = { port: 0, hostname: "127.0.0.1", onListen() {} };

Deno.test("write() posts the lines of a batch", async () => {
  const seen: string[] = [];
  await using server = Deno.serve(LOCAL, async (request) => {
    seen.push(await request.text());
    return new Response();
  });
  const sink = await openSink(\`http://127.0.0.1:\${server.addr.port}/\`);
  await sink.write([alert, alert], { signal });
  assertEquals(seen, [\`\${alert.line}\\n\${alert.line}\`]);
});

Deno.test("write() rejects when the server does not want it", async () => {
  await using server = Deno.serve(LOCAL, () => new Response("", { status: 500 }));
  const sink = await openSink(\`http://127.0.0.1:\${server.addr.port}/\`);
  let said = "";
  try {
    await sink.write([alert], { signal });
  } catch (error) {
    said = String(error);
  }
  assertEquals(said.includes("answered 500"), true);
});
${ASSERT_EQUALS}`;
