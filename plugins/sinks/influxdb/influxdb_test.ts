import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { type SinkSubject, testSink } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { installed, startServer, testWithPeer } from "../../../tests/peers/server.ts";
import { type Alert, escapeUnprintable, type OutputValue } from "../../../core/mod.ts";
import { lineOf } from "./line.ts";
import plugin from "./mod.ts";

const INFLUXDB = { program: "influxd", package: "influxdb" };
const usual = { measurement: "events", output_fields: "fields" } as const;

async function startInfluxdb() {
  const folder = await Deno.makeTempDir({ prefix: "falcod-influxdb-" });
  const [port, rpc] = [freePort(), freePort()];
  await Deno.writeTextFile(
    `${folder}/influxdb.conf`,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
auth-enabled = true
`,
  );
  const server = await startServer({
    program: INFLUXDB.program,
    args: ["-config", `${folder}/influxdb.conf`],
    ports: [port],
  });
  const address = `http://127.0.0.1:${port}`;
  const query = async (q: string): Promise<Record<string, unknown>[]> => {
    const query = new URLSearchParams({ q, db: "falco", u: "falco", p: "secret", epoch: "ns" });
    const reply = await fetch(`${address}/query?${query}`, { method: "POST" });
    const { results, error = results?.[0]?.error } = await reply.json();
    assertEquals(error, undefined);
    const { columns = [], values = [] } = results?.[0]?.series?.[0] ?? {};
    return values.map((row: unknown[]) =>
      Object.fromEntries(columns.map((column: string, index: number) => [column, row[index]]))
    );
  };
  await query("CREATE USER falco WITH PASSWORD 'secret' WITH ALL PRIVILEGES");
  await query("CREATE DATABASE falco");
  return {
    server,
    query,
    sinkWith: (more: Record<string, unknown> = {}) =>
      plugin.create(
        plugin.schema.parse({ host_port: address, user: "falco", password: "secret", ...more }),
      ),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function open(): Promise<SinkSubject> {
  const influxdb = await startInfluxdb();
  const sink = influxdb.sinkWith();
  let timeNs = 1_600_000_000_000_000_000n;
  return {
    sink: {
      // Points of the same tags and time would be one.
      write: (batch) =>
        sink.write(
          batch.map(({ line, alert }) => ({ line, alert: { ...alert, timeNs: timeNs++ } })),
        ),
      close: () => sink.close(),
    },
    received: async () =>
      (await influxdb.query("SELECT value FROM events"))
        .map(({ value }) => String(value).replace(/^\S+ Warning /, "")),
    breakDown: () => influxdb.server.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await influxdb[Symbol.asyncDispose]();
    },
  };
}

const missing = installed(INFLUXDB.program) ? undefined : "Debian's influxdb is not installed";
testSink(
  "influxdb",
  open,
  missing === undefined
    ? { long: "a field takes 64 KB, longer texts are cut" }
    : { order: missing, empty: missing, long: missing, broken: missing, close: missing },
);

const formattedOf = (...alerts: Alert[]) => alerts.map((alert) => ({ alert, line: "" }));

testWithPeer("influxdb: values arrive as they are, whatever stands in them", INFLUXDB, async () => {
  await using influxdb = await startInfluxdb();
  const sink = influxdb.sinkWith();
  const fields = new Map<string, OutputValue>([
    ["proc.cmdline", `say "hi", a=b \\n ${HOSTILE}\\`],
    ["fd.sport", 443],
    ["evt.num", 2n ** 60n],
    ["proc.is_exe_upper_layer", true],
    ["fd.name", null],
    ["odd key,=\\", "x"],
    ["value", "of a field"],
    ["time", "of a field"],
  ]);
  const rule = "a rule, with=everything \\ and a line\nbreak\\";
  const alert = sampleAlert({ rule, fields, hostname: "", message: `${HOSTILE}"` });
  await sink.write(formattedOf(alert));
  const [point] = await influxdb.query("SELECT * FROM events");
  assert(point);
  assertEquals(point["proc.cmdline"], `say "hi", a=b \\n ${HOSTILE}\\`.toWellFormed());
  assertEquals([point["fd.sport"], point["proc.is_exe_upper_layer"]], [443, true]);
  assertEquals(point["odd key,=\\_"], "x");
  assertEquals([point["value_"], point["time_"]], ["of a field", "of a field"]);
  assertEquals(point["rule"], "a rule, with=everything \\ and a line\\nbreak\\_");
  assertEquals([point["priority"], point["tags"]], ["Warning", "filesystem,process"]);
  assertEquals(point["time"], Number(alert.timeNs));
  assert(!("fd.name" in point) && !("hostname" in point));
  await sink.close();
});

testWithPeer("influxdb: fields become tags where that is wanted", INFLUXDB, async () => {
  await using influxdb = await startInfluxdb();
  const sink = influxdb.sinkWith({ output_fields: "tags", measurement: "my events" });
  const fields = new Map<string, OutputValue>([["proc.cmdline", "a b,c"], ["fd.sport", 443]]);
  await sink.write(formattedOf(sampleAlert({ fields })));
  const keys = await influxdb.query('SHOW TAG KEYS FROM "my events"');
  assertEquals(keys.map(({ tagKey }) => tagKey), [
    ...["hostname", "priority", "proc.cmdline", "rule", "source", "tags"],
  ]);
  await sink.close();
});

Deno.test("influxdb: where fields are tags, they are falcosidekick's", () => {
  const fields = new Map<string, OutputValue>([
    ["proc.cmdline", "cat a"],
    ["evt.time", 7n],
    ["fd.name", null],
  ]);
  const tags = ["b c", "a"];
  const alert = sampleAlert({ rule: "Read a file", fields, tags, output: "An open" });
  assertEquals(
    lineOf(alert, { ...usual, output_fields: "tags" }),
    "events,hostname=host-1,priority=Warning,proc.cmdline=cat_a,rule=Read_a_file," +
      'source=syscall,tags=b\\ c_a evt.time=7i,value="An open" 1470327477881785348',
  );
});

testWithPeer("influxdb: one alert that is refused does not lose the others", INFLUXDB, async () => {
  await using influxdb = await startInfluxdb();
  const sink = influxdb.sinkWith();
  const alertWith = (timeNs: bigint, value: OutputValue) =>
    sampleAlert({ timeNs, fields: new Map([["evt.arg.x", value]]) });
  await sink.write(formattedOf(alertWith(1n, 1)));
  const batch = formattedOf(alertWith(2n, 2), alertWith(3n, "no number"), alertWith(4n, 4));
  await assertRejects(() => sink.write(batch), { code: "rejected", accepted: 1, refused: 1 });
  await sink.write(batch.slice(2));
  const points = await influxdb.query("SELECT value FROM events");
  assertEquals(points.map(({ time }) => time), [1, 2, 4]);
  await sink.close();
});

testWithPeer("influxdb: wrong passwords and databases can be put right", INFLUXDB, async () => {
  await using influxdb = await startInfluxdb();
  const batch = formattedOf(sampleAlert());
  for (const wrong of [{ password: "WRONG-ONE" }, { database: "missing" }]) {
    const sink = influxdb.sinkWith(wrong);
    const error = await sink.write(batch).catch((error) => error);
    assertEquals(error.code, "unavailable");
    assert(!String(error).includes("WRONG-ONE"));
    await sink.close();
  }
});

Deno.test("influxdb: version 2 has another path and a token", async () => {
  const seen = Promise.withResolvers<{ url: URL; token: string | null; body: string }>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { url, headers } = request;
      const token = headers.get("authorization");
      seen.resolve({ url: new URL(url), token, body: await request.text() });
      return new Response(null, { status: 204 });
    },
  );
  const sink = plugin.create(plugin.schema.parse({
    host_port: `http://127.0.0.1:${server.addr.port}/influx/`,
    organization: "my org",
    token: "t0ken",
  }));
  await sink.write(formattedOf(sampleAlert({ fields: new Map() })));
  const { url, token, body } = await seen.promise;
  assertEquals(
    `${url.pathname}${url.search}`,
    "/influx/api/v2/write?org=my+org&bucket=falco&precision=ns",
  );
  assertEquals(token, "Token t0ken");
  assertEquals(
    body,
    "events,hostname=host-1,priority=Warning,rule=open_from_cat,source=syscall,tags=filesystem\\,process " +
      'value="16:17:57.881785348: Warning An open was seen (command=cat /dev/null)" 1470327477881785348\n',
  );
  await sink.close();
});

Deno.test("influxdb: a point is one line of a bounded length, whatever the alert says", () => {
  const long = `${HOSTILE}\u{1f600}`.repeat(10_000);
  const fields = new Map<string, OutputValue>([[long, long], ["list", [long, 1n, [null]]]]);
  for (const output_fields of ["fields", "tags", "none"] as const) {
    const alert = sampleAlert({ rule: long, message: long, fields, hostname: long });
    const line = lineOf(alert, { ...usual, output_fields });
    assert(line.isWellFormed() && line.length < 200_000);
    const [names] = line.split(/(?<!\\) /);
    assertEquals(names, escapeUnprintable(names!));
  }
});
