import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { formatted, testSink } from "../../../tests/contract/sink_suite.ts";
import plugin from "./mod.ts";
import { type TestBroker, testBroker } from "./testing.ts";

function sinkAt({ port }: TestBroker, more: Record<string, unknown> = {}) {
  const config = { host_port: `127.0.0.1:${port}`, topic: "falco", ...more };
  return plugin.create(plugin.schema.parse(config));
}

/** With a key, all messages go to one partition and keep their order. */
const ORDERED = { key: "falco", balancer: "murmur2" };

testSink("kafka", async () => {
  const broker = await testBroker();
  const sink = sinkAt(broker, ORDERED);
  return {
    sink,
    received: () => Promise.resolve(broker.kept.map(({ value }) => value)),
    breakDown: () => broker.stop(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await broker.stop();
    },
  };
});

const failureOf = (writing: Promise<void>) => writing.then(() => undefined, (error) => error);

Deno.test("kafka: messages have the alert's time and key, compressed or not", async () => {
  await using broker = await testBroker();
  for (const compression of ["none", "gzip", "zstd"]) {
    const sink = sinkAt(broker, {
      topic: "falco.<priority>",
      key: "<rule>",
      balancer: "murmur2",
      compression,
    });
    await sink.write(formatted(compression, "ü"));
    await sink.close();
  }
  assertEquals(new Set(broker.kept.map(({ partition }) => partition)).size, 1);
  const about = { topic: "falco.warning", key: "open_from_cat", timeMs: 1470327477881n };
  assertEquals(
    broker.kept.map(({ partition: _, ...message }) => message),
    ["none", "ü", "gzip", "ü", "zstd", "ü"].map((value) => ({ ...about, value })),
  );
});

Deno.test("kafka: without keys, all partitions get messages", async () => {
  for (const balancer of ["round_robin", "least_bytes"]) {
    await using broker = await testBroker();
    const sink = sinkAt(broker, { balancer });
    await sink.write(formatted("1", "2", "3"));
    await sink.close();
    assertEquals(broker.kept.map(({ partition }) => partition).sort(), [0, 1, 2]);
    assertEquals(broker.kept[0]!.key, undefined);
  }
});

Deno.test("kafka: hostile texts make harmless names, and arrive as they are", async () => {
  await using broker = await testBroker();
  const sink = sinkAt(broker, { topic: "falco.<rule>", key: "<hostname>" });
  await sink.write([{ alert: sampleAlert({ rule: HOSTILE, hostname: "" }), line: HOSTILE }]);
  await sink.close();
  const [{ topic, key, value }] = broker.kept as [TestBroker["kept"][number]];
  assert(/^[\w.-]{1,249}$/.test(topic), topic);
  assertEquals([key, value], ["_", HOSTILE.toWellFormed()]);
});

Deno.test("kafka: without acknowledgments, nothing is waited for", async () => {
  await using broker = await testBroker();
  const sink = sinkAt(broker, { required_acks: "none" });
  await sink.write(formatted("1"));
  await sink.write(formatted("2"));
  while (broker.kept.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await sink.close();
});

Deno.test("kafka: what passes is tried again, what is refused is not", async () => {
  await using broker = await testBroker();
  const sink = sinkAt(broker, ORDERED);
  const codeOf = async (error: number) => {
    broker.produceErrors.push(error);
    return (await failureOf(sink.write(formatted("1"))))?.code;
  };
  for (const error of [3, 6, 7, 19, 29, 56, 999]) assertEquals(await codeOf(error), "unavailable");
  for (const error of [10, 18, 87]) assertEquals(await codeOf(error), "rejected");
  await sink.write(formatted("2"));
  assertEquals(broker.kept.map(({ value }) => value), ["2"]);
  await sink.close();
});

Deno.test("kafka: of messages that are refused together, the good ones arrive", async () => {
  await using broker = await testBroker();
  const sink = sinkAt(broker, ORDERED);
  broker.produceErrors.push(10, 0, 10);
  const error = await failureOf(sink.write(formatted("1", "2", "3")));
  assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
  assertEquals(broker.kept.map(({ value }) => value), ["1"]);
  await sink.close();
});

Deno.test("kafka: a failure says how many have arrived before it", async () => {
  await using broker = await testBroker();
  const sink = sinkAt(broker, { balancer: "least_bytes" });
  broker.produceErrors.push(0, 6, 0);
  const error = await failureOf(sink.write(formatted("1", "2", "3")));
  assertEquals([error.code, error.accepted, error.unclear], ["unavailable", 1, 2]);
  assertEquals(broker.kept.map(({ value }) => value), ["1", "3"]);
  broker.produceErrors.push(6, 7, 6);
  const mixed = await failureOf(sink.write(formatted("1", "2", "3")));
  assertEquals([mixed.accepted, mixed.unclear], [0, 3]);
  broker.produceErrors.push(6, 6, 6);
  assertEquals((await failureOf(sink.write(formatted("1", "2", "3")))).unclear, 0);
  const ordered = sinkAt(broker, ORDERED);
  for (const [code, unclear] of [[6, 0], [19, 0], [7, 2], [20, 2]] as const) {
    broker.produceErrors.push(code);
    const { unclear: told } = await failureOf(ordered.write(formatted("1", "2")));
    assertEquals([code, told], [code, unclear]);
  }
  await ordered.close();
  await sink.close();
});

Deno.test("kafka: a topic that is being made is waited for, if it is to be made", async () => {
  await using broker = await testBroker();
  broker.topicErrors.push(3, 5);
  const made = sinkAt(broker, { topic_creation: true });
  await made.write(formatted("1"));
  await made.close();
  broker.topicErrors.push(3);
  const error = await failureOf(sinkAt(broker).write(formatted("2")));
  assertEquals([error.code, error.message], [
    "unavailable",
    'Kafka, topic "falco": the topic or its partition is not there (3)',
  ]);
  broker.topicErrors.push(17);
  assertEquals((await failureOf(sinkAt(broker).write(formatted("2")))).code, "unavailable");
});

Deno.test("kafka: the next of the servers is asked where one is not there", async () => {
  await using broker = await testBroker();
  await using gone = await testBroker();
  await gone.stop();
  const host_port = [`127.0.0.1:${gone.port}`, `127.0.0.1:${broker.port}`];
  const sink = sinkAt(broker, { host_port });
  await sink.write(formatted("1"));
  assertEquals(broker.kept.length, 1);
  await sink.close();
});

Deno.test("kafka: who falcod is, is told, and secrets are not", async () => {
  await using broker = await testBroker();
  const sasl = { sasl: "plain", username: "u", password: "TOLD-TO-NOBODY" };
  const sink = sinkAt(broker, sasl);
  await sink.write(formatted("1"));
  await sink.close();
  assertEquals(new Set(broker.introductions), new Set(["\0u\0TOLD-TO-NOBODY"]));
  broker.authentications.push({ error: 58, text: "TOLD-TO-NOBODY is wrong" });
  const refused = await failureOf(sinkAt(broker, sasl).write(formatted("1")));
  assertEquals(refused.code, "unavailable");
  assert(!refused.message.includes("TOLD-TO-NOBODY"), refused.message);
  const unknown = sinkAt(broker, { ...sasl, sasl: "scram_sha512" });
  await assertRejects(() => unknown.write(formatted("1")), {
    message: `Cannot connect to Kafka at 127.0.0.1:${broker.port}: ` +
      "the broker does not take SCRAM-SHA-512, only PLAIN, SCRAM-SHA-256",
  });
  const lying = sinkAt(broker, { ...sasl, sasl: "scram_sha256" });
  broker.authentications.push({ error: 0, text: "r=x,s=c2FsdA==,i=4096" });
  assertEquals((await failureOf(lying.write(formatted("1")))).code, "unavailable");
});

Deno.test("kafka: whatever answers, falcod goes on", async () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  const answers = [
    new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"),
    bytes(0x7f, 0xff, 0xff, 0xff),
    bytes(0xff, 0xff, 0xff, 0xff),
    bytes(0, 0, 0, 4, 0, 0, 0, 1),
    bytes(0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff),
  ];
  for (let n = 0; n < 40; n++) {
    const length = 8 + n;
    const random = crypto.getRandomValues(bytes(...Array(length).fill(0)));
    random.set([0, 0, 0, length - 4, 0, 0, 0, 1]);
    answers.push(random);
  }
  await using broker = await testBroker();
  for (const garbage of answers) {
    broker.garbage = garbage;
    const sink = sinkAt(broker);
    const signal = AbortSignal.timeout(2000);
    assertEquals((await failureOf(sink.write(formatted("1"), { signal }))).code, "unavailable");
    await sink.close();
  }
});
