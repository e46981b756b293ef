import { createSocket } from "node:dgram";
import { once } from "node:events";
import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import plugin from "./mod.ts";
import { packetsOf } from "./packets.ts";

/** No server of Debian's takes StatsD: a socket that keeps what comes. */
async function listen() {
  const socket = createSocket("udp4");
  const packets: string[] = [];
  let wake = () => {};
  socket.on("message", (bytes) => {
    packets.push(bytes.toString());
    wake();
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    next: async () => {
      while (packets.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return packets.shift()!;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

Deno.test("statsd: a batch is counted by priority and rule", async () => {
  using server = await listen();
  const sink = plugin.create(plugin.schema.parse({ forwarder: server.address }));
  const other = sampleAlert({ rule: "Read: sensitive|file", priority: "Error" });
  await sink.write([]);
  await sink.write([...formatted("1", "2"), { alert: other, line: "" }]);
  assertEquals(
    await server.next(),
    "falco.alerts.warning.open_from_cat:2|c\nfalco.alerts.error.read_sensitive_file:1|c",
  );
  await sink.write(formatted("3"));
  assertEquals(await server.next(), "falco.alerts.warning.open_from_cat:1|c");
  await sink.close();
  await sink.close();
  await assertRejects(() => sink.write(formatted("4")), { code: "closed" });
});

Deno.test("statsd: DogStatsD gets tags", async () => {
  using server = await listen();
  const config = { forwarder: server.address, dialect: "dogstatsd", namespace: "my falco." };
  const sink = plugin.create(plugin.schema.parse(config));
  await sink.write([{ alert: sampleAlert({ rule: "a,b|c:d", hostname: "" }), line: "" }]);
  assertEquals(
    await server.next(),
    "my_falco.alerts:1|c|#rule:a_b_c_d,priority:Warning,source:syscall",
  );
  await sink.close();
});

Deno.test("statsd: packets are small, and nothing in them is somebody else's", () => {
  const alerts = Array.from(
    { length: 200 },
    (_, index) => sampleAlert({ rule: `${HOSTILE}${index}`.repeat(50), hostname: HOSTILE }),
  );
  for (const dialect of ["statsd", "dogstatsd"] as const) {
    const packets = packetsOf([...alerts, sampleAlert({ rule: "" })], { namespace: "é:", dialect });
    for (const packet of packets) {
      assert(packet.length <= 1432);
      for (const line of packet.split("\n")) {
        assert(/^[\w.-]+:\d+\|c(\|#[\w./ ,:-]+)?$/.test(line), line);
      }
    }
  }
});

Deno.test("statsd: a name that cannot be found is told", async () => {
  const sink = plugin.create(plugin.schema.parse({ forwarder: "no-such-host.invalid:8125" }));
  await assertRejects(() => sink.write(formatted("1")), { code: "unavailable" });
  await sink.close();
});
