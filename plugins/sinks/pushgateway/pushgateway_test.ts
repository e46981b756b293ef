import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { freePort } from "../../../tests/free_port.ts";
import { startServer, testWithPeer } from "../../../tests/peers/server.ts";
import { promtoolFindings } from "../../../tests/promtool.ts";
import { counted, expositionOf } from "./counts.ts";
import plugin from "./mod.ts";

const PUSHGATEWAY = { program: "prometheus-pushgateway", package: "prometheus-pushgateway" };

async function startPushgateway() {
  const port = freePort();
  const server = await startServer({
    program: PUSHGATEWAY.program,
    args: [`--web.listen-address=127.0.0.1:${port}`, "--persistence.file="],
    ports: [port],
  });
  const address = `http://127.0.0.1:${port}`;
  return {
    server,
    alerts: async () => {
      const text = await (await fetch(`${address}/metrics`)).text();
      return text.split("\n").filter((line) => line.startsWith("falco_alerts_total"));
    },
    sinkWith: (more: Record<string, unknown> = {}) =>
      plugin.create(plugin.schema.parse({ address, instance: "here", ...more })),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

testWithPeer("pushgateway: counts grow from batch to batch", PUSHGATEWAY, async () => {
  await using gateway = await startPushgateway();
  const sink = gateway.sinkWith();
  await sink.write([]);
  await sink.write(formatted("1", "2"));
  await sink.write([
    ...formatted("3"),
    { alert: sampleAlert({ rule: HOSTILE, priority: "Error", hostname: "" }), line: "" },
  ]);
  const lines = await gateway.alerts();
  assertEquals(lines.length, 2);
  assertEquals(
    lines.find((line) => line.includes("open_from_cat")),
    'falco_alerts_total{hostname="host-1",instance="here",job="falco",priority="Warning",rule="open_from_cat",source="syscall"} 3',
  );
  await sink.close();
  await sink.close();
});

testWithPeer("pushgateway: a batch that is sent again is counted once", PUSHGATEWAY, async () => {
  await using gateway = await startPushgateway();
  const sink = gateway.sinkWith();
  const stop = new AbortController();
  stop.abort();
  await assertRejects(() => sink.write(formatted("1"), { signal: stop.signal }));
  await sink.write(formatted("1"));
  assertEquals((await gateway.alerts()).map((line) => line.split(" ").at(-1)), ["1"]);
  await sink.close();
  await gateway.server.stop();
  await assertRejects(() => gateway.sinkWith().write(formatted("1")), { code: "unavailable" });
});

testWithPeer("pushgateway: names of groups may be anything", PUSHGATEWAY, async () => {
  await using gateway = await startPushgateway();
  const sink = gateway.sinkWith({ job: "a/b c", instance: "ü?#" });
  await sink.write(formatted("1"));
  const [line] = await gateway.alerts();
  assert(line?.includes('instance="ü?#",job="a/b c"'), line);
  await sink.close();
});

Deno.test("pushgateway: the text is Prometheus's, and of a bounded length", async () => {
  const alerts = Array.from(
    { length: 10_050 },
    (_, index) => sampleAlert({ rule: `${index} ${HOSTILE}` }),
  );
  const counts = counted(new Map(), alerts);
  assertEquals(counts.size, 10_001);
  assertEquals(counts.get('rule="(others)"'), 50);
  assertEquals(
    await promtoolFindings(expositionOf(counted(new Map(), alerts.slice(0, 3)))) ?? [],
    [],
  );
});
