import type { OutputValue } from "../../../core/mod.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { failureIn } from "./bulk.ts";
import plugin from "./mod.ts";
import { schema } from "./schema.ts";
import { documentOf, indexOf } from "./document.ts";

const config = (host_port: string) => ({ host_port, api_key: "aWQ6a2V5" });

interface Pair {
  readonly create: { readonly _index: string; readonly _id: string };
  // deno-lint-ignore no-explicit-any -- whatever the mapping makes of an alert
  readonly document: any;
}

function pairsOf({ body }: Received): readonly Pair[] {
  const lines = body.trimEnd().split("\n").map((line) => JSON.parse(line));
  return lines.flatMap((line, index) =>
    index % 2 === 0 ? [{ create: line.create, document: lines[index + 1] }] : []
  );
}

/** As the server answers where `statuses` says nothing else of a document. */
function answer(request: Received, statuses: readonly number[] = []): Response {
  const items = pairsOf(request).map((_, index) => {
    const status = statuses[index] ?? 201;
    const error = { type: "document_parsing_exception", reason: "failed to parse" };
    return { create: { status, ...status >= 400 && { error } } };
  });
  return Response.json({ items });
}

testHttpSink(plugin, {
  config,
  answer,
  messages: (request) =>
    pairsOf(request).map(({ document }) => document.output.replace(/^\S+: \S+ /, "")),
});

Deno.test("elasticsearch: a batch is one bulk request, each alert in the index of its day", async () => {
  const settings = (url: string) => ({ ...config(url), pipeline: "p" });
  const later = { timeNs: 1470327477881785348n + 86_400_000_000_000n };
  const [request, more] = await requestsOf(plugin, { config: settings, answer }, {}, later);
  assertEquals(more, undefined);
  assertEquals(request!.method, "POST");
  const { pathname, searchParams } = new URL(request!.path, "http://x");
  assertEquals([pathname, searchParams.get("pipeline")], ["/_bulk", "p"]);
  assertEquals(request!.headers.get("content-type"), "application/x-ndjson");
  assertEquals(request!.headers.get("authorization"), "ApiKey aWQ6a2V5");
  assert(request!.body.endsWith("}\n"));
  const [one, other] = pairsOf(request!);
  assertEquals([one!.create._index, other!.create._index], [
    "falco-2016.08.04",
    "falco-2016.08.05",
  ]);
  assertEquals(one!.document["@timestamp"], "2016-08-04T16:17:57.881785348Z");
  assertEquals(one!.document.output_fields, { "proc.cmdline": "cat /dev/null" });
  assert(one!.create._id !== other!.create._id);
});

Deno.test("elasticsearch: an alert that is sent again has the same name", async () => {
  const again = { fields: new Map<string, OutputValue>([["falcod.repeated", true]]) };
  const [request] = await requestsOf(plugin, { config, answer }, {}, again);
  const [one, other] = pairsOf(request!);
  assertEquals(one!.create._id, other!.create._id);
});

async function failureWith(statuses: readonly number[]) {
  await using server = httpReceiver();
  server.answer = (request) => answer(request, statuses);
  const sink = plugin.create(schema.parse(config(server.url)));
  const batch = statuses.map((_, n) => formattedAlert({ message: `${n}` }));
  const error = await sink.write(batch).then(() => undefined, (error) => error);
  await sink.close();
  return error && [error.code, error.accepted, error.refused, error.message];
}

Deno.test("elasticsearch: what became of each document is told", async () => {
  assertEquals(await failureWith([201, 409, 200]), undefined);
  assertEquals(await failureWith([201, 400, 201]), [
    "rejected",
    1,
    1,
    "A document got 400: failed to parse",
  ]);
  assertEquals((await failureWith([201, 201, 429])).slice(0, 3), ["unavailable", 2, undefined]);
  assertEquals((await failureWith([503])).slice(0, 2), ["unavailable", 0]);
});

Deno.test("elasticsearch: documents are kept while rights, indices and pipelines are not as they should be", async () => {
  for (const status of [401, 403, 404]) {
    assertEquals((await failureWith([201, status])).slice(0, 3), ["unavailable", 1, undefined]);
  }
  const codeFor = (reason: string) => {
    const items = [{
      create: { status: 400, error: { type: "illegal_argument_exception", reason } },
    }];
    return failureIn({ body: JSON.stringify({ items }), hide: (text) => text }, 1)!.code;
  };
  for (
    const reason of [
      "pipeline with id [falco] does not exist",
      "closed",
      "no write index is defined for alias [falco]. The write index may be explicitly disabled",
      "Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open;",
      "Validation Failed: 1: this action would add [10] total shards, but this cluster currently has [2402]/[2000] maximum shards open;",
    ]
  ) assertEquals(codeFor(reason), "unavailable", reason);
  assertEquals(codeFor("Limit of total fields [1000] has been exceeded"), "rejected");
});

Deno.test("elasticsearch: an answer that nobody documented is a failure", async () => {
  for (const text of ["", "<html>", "{}", '{"items":[]}', '{"items":[null]}', '{"items":[{}]}']) {
    await using server = httpReceiver();
    server.answer = () => new Response(text);
    const sink = plugin.create(schema.parse(config(server.url)));
    const error = await sink.write([formattedAlert()]).then(() => undefined, (error) => error);
    await sink.close();
    assertEquals(error?.code, "unavailable", text);
  }
});

Deno.test("elasticsearch: a template that is refused is not the refusal of alerts", async () => {
  await using server = httpReceiver();
  server.answer = ({ method }) =>
    new Response("no", { status: method === "GET" ? 404 : method === "PUT" ? 400 : 200 });
  const settings = { ...config(server.url), create_index_template: true };
  const sink = plugin.create(schema.parse(settings));
  const error = await sink.write([formattedAlert()]).catch((error) => error);
  await sink.close();
  assertEquals([error.code, error.unclear], ["unavailable", undefined]);
  assert(error.message.startsWith("Cannot make the index template: http://"), error.message);
});

Deno.test("elasticsearch: a template is made once, and one that is there stays", async () => {
  const settings = (url: string) => ({ ...config(url), create_index_template: true });
  for (const isThere of [false, true]) {
    await using server = httpReceiver();
    server.answer = (request) =>
      request.method === "GET"
        ? new Response(null, { status: isThere ? 200 : 404 })
        : request.method === "PUT"
        ? new Response("{}")
        : answer(request);
    const sink = plugin.create(schema.parse(settings(server.url)));
    await sink.write([formattedAlert()]);
    await sink.write([formattedAlert()]);
    await sink.close();
    const made = server.received.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    const put = isThere ? [] : ["PUT /_index_template/falco"];
    assertEquals(made, ["GET /_index_template/falco", ...put, "POST /_bulk", "POST /_bulk"]);
    if (isThere) continue;
    const template = JSON.parse(server.received[1]!.body);
    assertEquals(template.index_patterns, ["falco-*"]);
    assertEquals(template.template.settings, {
      number_of_shards: 3,
      number_of_replicas: 3,
      mapping: { ignore_malformed: true },
    });
  }
});

Deno.test("indexOf() has as much of the date as asked for", () => {
  const { alert } = formattedAlert();
  const name = (suffix: string, data_stream = false) =>
    indexOf(alert, schema.parse({ host_port: "http://x", suffix, data_stream }));
  assertEquals(["daily", "monthly", "annually", "none"].map((suffix) => name(suffix)), [
    "falco-2016.08.04",
    "falco-2016.08",
    "falco-2016",
    "falco",
  ]);
  assertEquals(name("daily", true), "falco");
});

Deno.test("documentOf() knows the Elastic Common Schema", () => {
  const fields = new Map<string, OutputValue>([
    ["proc.name", "cat"],
    ["proc.pid", 7n],
    ["user.uid", 0n],
    ["container.id", ""],
    ["fd.sip", "10.0.0.1"],
  ]);
  const { alert } = formattedAlert({ fields });
  // deno-lint-ignore no-explicit-any -- a document of many parts
  const document = documentOf(alert, { mapping: "ecs", flatten_fields: true }) as any;
  assertEquals(document.process, { name: "cat", pid: 7n });
  assertEquals(document.user, { id: "0" });
  assertEquals(document.destination, { ip: "10.0.0.1" });
  assertEquals([document.container, document.rule], [undefined, { name: "open_from_cat" }]);
  assertEquals(document.event.severity, 4);
  assertEquals(document.falco.output_fields.proc_name, "cat");
});

Deno.test("elasticsearch: fields that are in each other's way are told with what helps", () => {
  const messageFor = (reason: string) => {
    const items = [{
      create: { status: 400, error: { type: "document_parsing_exception", reason } },
    }];
    return failureIn({ body: JSON.stringify({ items }), hide: (text) => text }, 1)!.message;
  };
  const help = "(with flatten_fields, fields are not in each other's way)";
  for (
    const reason of [
      "object mapping for [output_fields.evt.time] tried to parse field [time] as object, but found a concrete value",
      "Could not dynamically add mapping for field [output_fields.evt.time.iso8601]. Existing mapping for [output_fields.evt.time] must be of type object but found [long].",
      "failed to parse field [output_fields.evt.time] of type [long] in document with id 'x'. Preview of field's value: '{iso8601=2026}'",
    ]
  ) assert(messageFor(reason).endsWith(help), messageFor(reason));
  assert(!messageFor("failed to parse field [time] of type [date]").includes(help));
});
