import { clearImmediate, setImmediate } from "node:timers";
import { gunzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import type { Alert, OutputValue } from "../../../core/mod.ts";
import { HOSTILE } from "../../../tests/contract/formatter_suite.ts";
import { formattedAlert, requestsOf } from "../../../tests/contract/http_sink_suite.ts";
import { testSink } from "../../../tests/contract/sink_suite.ts";
import { KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";
import { ParquetFile } from "./parquet.ts";

const config = (endpoint: string) => ({
  bucket: "lake",
  prefix: "/ext/falco/",
  account_id: "123456789012",
  region: "eu-west-1",
  endpoint,
  ...KEYS,
});
const answer = signedOnly(() => new Response(null));

// deno-lint-ignore no-explicit-any -- documents of many parts
type Document = any;

async function rowsIn(bytes: Uint8Array): Promise<Document[]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file, compressors: { GZIP: inflated } });
  return rows.map(withLists);
}

/** The reader has null for nothing of what is repeated within a group. */
function withLists(value: Document): Document {
  if (value === null) return [];
  if (Array.isArray(value)) return value.map(withLists);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withLists(one)]));
}

function inflated(bytes: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(gunzipSync(bytes, { maxOutputLength: length + 1 }));
}

testSink("awssecuritylake", () => {
  const server = httpReceiver();
  server.answer = answer;
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const messagesOf = async ({ bytes }: Received) =>
    (await rowsIn(bytes)).map(({ raw_data }) =>
      JSON.parse(raw_data).output.replace(/^\S+: \S+ /, "")
    );
  return Promise.resolve({
    sink,
    received: async () => (await Promise.all(server.received.map(messagesOf))).flat(),
    breakDown: () => server.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await server.stop();
    },
  });
});

const FIELDS = new Map<string, OutputValue>([
  ["proc.name", "cat"],
  ["fd.num", 7n],
  ["proc.aname", ["a"]],
  ["user.name", null],
]);

Deno.test("awssecuritylake: a batch is one file with a finding for each alert", async () => {
  const uuid = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
  const [request, more] = await requestsOf(
    plugin,
    { config, answer },
    { fields: FIELDS, uuid, output: "An open", tags: ["b", "a"] },
    { priority: "Emergency", hostname: "", fields: new Map(), tags: [], rule: HOSTILE },
  );
  assertEquals(more, undefined);
  assertEquals(request!.method, "PUT");
  const place = "/lake/ext/falco/region%3Deu-west-1/accountId%3D123456789012/eventDay%3D20160804/";
  assert(request!.path.startsWith(place), request!.path);
  assert(
    /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.parquet$/.test(request!.path.slice(place.length)),
  );
  assertEquals(request!.headers.get("content-type"), "application/vnd.apache.parquet");
  const [first, second] = await rowsIn(request!.bytes);
  const { raw_data, ...finding } = first;
  assertEquals(JSON.parse(raw_data).output_fields["proc.aname"], ["a"]);
  const observable = (name: string, value: string) => ({ name, type: "Other", type_id: 0, value });
  assertEquals(finding, {
    activity_id: 1,
    activity_name: "Generate",
    category_name: "Findings",
    category_uid: 2,
    classname: "Security Finding",
    class_uid: 2001,
    finding: {
      created_time: 1_470_327_477_881n,
      desc: "An open",
      title: "open_from_cat",
      types: ["syscall"],
      uid: uuid,
    },
    message: "open_from_cat",
    metadata: {
      version: "0.1.0",
      product: { vendor_name: "Falcosecurity", name: "Falco" },
      labels: ["a", "b"],
    },
    observables: [
      observable("hostname", "host-1"),
      observable("proc.name", "cat"),
      observable("fd.num", "7"),
    ],
    severity: "Medium",
    severity_id: 3,
    state: "New",
    state_id: 1,
    status: "Warning",
    time: 1_470_327_477_881n,
    type_name: "Security Finding: Generate",
    type_uid: 200_101,
  });
  assertEquals([second.severity_id, second.severity, second.status], [6, "Fatal", "Emergency"]);
  assertEquals([second.metadata.labels, second.observables], [[], []]);
  assertEquals(second.message, HOSTILE.toWellFormed());
});

Deno.test("awssecuritylake: each day has its place, and what is sent again the same name", async () => {
  await using server = httpReceiver();
  let refused = "";
  server.answer = signedOnly(({ path }) =>
    new Response(null, { status: refused !== "" && path.includes(refused) ? 503 : 200 })
  );
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const dayNs = 86_400_000_000_000n;
  const at = (days: bigint): Partial<Alert> => ({
    timeNs: 1_470_327_477_881_785_348n + days * dayNs,
  });
  const batch = [at(0n), at(0n), at(1n), at(1n), at(2n)].map(formattedAlert);
  refused = "eventDay%3D20160805";
  const error = await sink.write(batch).catch((error) => error);
  assertEquals([error.code, error.accepted], ["unavailable", 2]);
  refused = "";
  await sink.write(batch.slice(2));
  await sink.close();
  const days = server.received.map(({ path }) => /eventDay%3D(\d+)/.exec(path)![1]);
  assertEquals(days, ["20160804", "20160805", "20160805", "20160806"]);
  assertEquals(server.received[1]!.path, server.received[2]!.path);
});

Deno.test("awssecuritylake: a file has no more than its share of a batch of long alerts", async () => {
  await using server = httpReceiver();
  server.answer = signedOnly(() =>
    new Response(null, { status: server.received.length < 3 ? 200 : 503 })
  );
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const batch = Array.from({ length: 18 }, (_, n) => {
    const fields = new Map([["evt.arg.data", `${n}`.padStart(1 << 20, "x")]]);
    return formattedAlert({ rule: `rule ${n}`, fields });
  });
  let turns = 0;
  const turn = () => {
    turns++;
    counting = setImmediate(turn);
  };
  let counting = setImmediate(turn);
  const error = await sink.write(batch).catch((error) => error);
  clearImmediate(counting);
  const files = await Promise.all(server.received.map(({ bytes }) => rowsIn(bytes)));
  // The text is there as an observable, and in the document.
  assertEquals(files.map((rows) => rows.length), [8, 8, 2]);
  assertEquals(
    files.flat().map(({ message }) => message),
    batch.map(({ alert }) => alert.rule),
  );
  assertEquals([error.code, error.accepted], ["unavailable", 16]);
  assert(turns > 36 * 16, `others had their turn ${turns} times`);
  await sink.write(batch.slice(16)).catch(() => {});
  assertEquals(server.received[3]!.path, server.received[2]!.path);
  await sink.close();
});

Deno.test("ParquetFile keeps what is repeated within what is repeated", async () => {
  const columns = [{
    name: "outer",
    type: "group",
    isRepeated: true,
    columns: [
      { name: "key", type: "int32" },
      { name: "inner", type: "text", isRepeated: true },
    ],
  }] as const;
  const rows = [
    [],
    [{ key: -1, inner: ["a", "b"] }, { key: 2, inner: [] }, { key: 3, inner: ["c"] }],
    Array.from({ length: 2000 }, (_, key) => ({ key, inner: key % 3 ? [] : [`${key}`, ""] })),
    [{ key: 4, inner: [""] }],
  ].map((outer) => ({ outer }));
  const file = new ParquetFile(columns);
  for (const row of rows) file.add(row);
  assertEquals(await rowsIn(await file.bytes()), rows);
});
