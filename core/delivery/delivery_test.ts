import { setImmediate } from "node:timers/promises";
import type { Alert } from "../alert/mod.ts";
import { type FormattedAlert, type Formatter, type Sink, SinkError } from "../plugin/mod.ts";
import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { Delivery, type DeliveryOptions } from "./delivery.ts";
import { alert, byMessage, Log } from "./testing.ts";

const HANGS = new Promise<void>(() => {});

class MemorySink implements Sink {
  readonly batches: string[][] = [];
  closed = 0;
  /** What the next writes do; by default they succeed. */
  behaviour: () => Promise<void> = () => Promise.resolve();

  async write(batch: readonly FormattedAlert[]): Promise<void> {
    await this.behaviour();
    this.batches.push(batch.map(({ line }) => line));
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }

  get lines(): string[] {
    return this.batches.flat();
  }
}

function setUp(
  sinks: Record<string, Sink>,
  options: Partial<DeliveryOptions> = {},
  formatter: Formatter = byMessage,
): { delivery: Delivery; log: Log } {
  const log = new Log();
  const targets = Object.entries(sinks).map(([name, sink]) => ({ name, sink, formatter }));
  return { delivery: new Delivery({ targets, log, ...options }), log };
}

function enqueue(delivery: Delivery, count: number): void {
  for (let i = 0; i < count; i++) delivery.enqueue(alert(String(i)));
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

Deno.test("enqueue() neither formats nor writes before the caller is done", async () => {
  const sink = new MemorySink();
  let formatted = 0;
  const formatter = { format: (alert: Alert) => `${alert.message}/${++formatted}` };
  const { delivery } = setUp({ a: sink }, {}, formatter);
  enqueue(delivery, 2);
  assertEquals([formatted, sink.batches.length], [0, 0]);
  assert(await delivery.close());
  assertEquals(sink.lines, ["0/1", "1/2"]);
});

Deno.test("alerts arrive at every sink, in order and in batches", async () => {
  const a = new MemorySink(), b = new MemorySink();
  const { delivery } = setUp({ a, b }, { batchSize: 4 });
  enqueue(delivery, 10);
  assert(await delivery.flush(1000));
  assertEquals(a.lines, numbers(10));
  assertEquals(b.lines, numbers(10));
  assertEquals(a.batches.map((batch) => batch.length), [4, 4, 2]);
  await delivery.close();
});

Deno.test("an alert is formatted once for sinks that share a formatter", async () => {
  let formatted = 0;
  const formatter = { format: (alert: Alert) => `${alert.message}/${++formatted}` };
  const { delivery } = setUp({ a: new MemorySink(), b: new MemorySink() }, {}, formatter);
  enqueue(delivery, 3);
  await delivery.close();
  assertEquals(formatted, 3);
});

Deno.test("a sink that never answers delays no other, and its lane fills and counts", async () => {
  const stuck = new MemorySink(), fine = new MemorySink();
  stuck.behaviour = () => HANGS;
  const { delivery, log } = setUp({ stuck, fine }, { capacity: 5, batchSize: 2 });
  for (let i = 0; i < 4; i++) {
    enqueue(delivery, 5);
    while (fine.lines.length < 5 * (i + 1)) await setImmediate();
  }
  const [first, second] = delivery.counters();
  assertObjectMatch(first!, { name: "stuck", queued: 7, delivered: 0, dropped: 13, failed: 0 });
  assertObjectMatch(second!, { delivered: 20, dropped: 0 });
  assertEquals(log.lines, ['error Output "stuck" does not keep up, new alerts are dropped']);
  assertEquals(await delivery.close(5), false);
});

Deno.test("a full lane keeps what it accepted, drops what is new and says when it is over", async () => {
  const sink = new MemorySink();
  const { delivery, log } = setUp({ a: sink }, { capacity: 3 });
  enqueue(delivery, 5);
  await delivery.flush(1000);
  assertEquals(sink.lines, ["0", "1", "2"]);
  assertObjectMatch(delivery.counters()[0]!, { delivered: 3, dropped: 2 });
  assertEquals(log.lines.at(-1), 'warning Output "a" has caught up, 2 alerts were dropped');
  await delivery.close();
});

Deno.test("a lane is bounded by the length of its alerts too", async () => {
  const sink = new MemorySink();
  const { delivery } = setUp({ a: sink }, { capacityUnits: 100 });
  for (let i = 0; i < 3; i++) delivery.enqueue(alert("x".repeat(40)));
  await delivery.flush(1000);
  delivery.enqueue(alert("y".repeat(90)));
  await delivery.close();
  assertEquals(sink.lines.map((line) => line.length), [40, 40, 90]);
  assertObjectMatch(delivery.counters()[0]!, { delivered: 3, dropped: 1 });
});

Deno.test("whatever of an alert is long, it counts", async () => {
  const long = "x".repeat(100);
  const many = Array<string>(100).fill("");
  const parts: readonly Partial<Alert>[] = [
    { rule: long },
    { source: long },
    { hostname: long },
    { output: long },
    { tags: [long] },
    { tags: many },
    { fields: new Map([["a", long]]) },
    { fields: new Map([[long, 1]]) },
    { fields: new Map([["a", [[many]]]]) },
    { fields: new Map(many.map((_, index) => [String(index), null])) },
  ];
  const sink = new MemorySink();
  const { delivery } = setUp({ a: sink }, { capacityUnits: 90 });
  for (const part of parts) delivery.enqueue(alert("", part));
  delivery.enqueue(alert("short"));
  await delivery.close();
  assertEquals(sink.lines, ["short"]);
  assertObjectMatch(delivery.counters()[0]!, { dropped: parts.length });
});

Deno.test("a failing sink loses its batch, counted and named, and may recover", async () => {
  const sink = new MemorySink();
  const { delivery, log } = setUp({ a: sink });
  sink.behaviour = () => Promise.reject(new SinkError("unavailable", "disk full"));
  enqueue(delivery, 2);
  await delivery.flush(1000);
  assertObjectMatch(delivery.counters()[0]!, { state: "failing", failed: 2, delivered: 0 });
  sink.behaviour = () => Promise.resolve();
  enqueue(delivery, 1);
  await delivery.flush(1000);
  assertObjectMatch(delivery.counters()[0]!, { state: "working", failed: 2, delivered: 1 });
  assertEquals(log.lines, [
    'error Output "a" failed, alerts are lost: disk full',
    'warning Output "a" works again, 2 alerts were lost',
  ]);
  await delivery.close();
});

Deno.test("a sink whose other end is gone is not written to again", async () => {
  const sink = new MemorySink();
  let writes = 0;
  sink.behaviour = () => {
    writes++;
    return Promise.reject(new SinkError("closed", "nobody reads"));
  };
  const { delivery } = setUp({ a: sink }, { batchSize: 1 });
  enqueue(delivery, 3);
  await delivery.flush(1000);
  enqueue(delivery, 2);
  await delivery.close();
  assertEquals(writes, 1);
  assertObjectMatch(delivery.counters()[0]!, { state: "closed", failed: 3, dropped: 2, queued: 0 });
});

Deno.test("a formatter that throws loses that alert only", async () => {
  const sink = new MemorySink();
  const formatter = {
    format(alert: Alert): string {
      if (alert.message === "1") throw new Error("no");
      return alert.message;
    },
  };
  const { delivery, log } = setUp({ a: sink }, {}, formatter);
  enqueue(delivery, 3);
  await delivery.close();
  assertEquals(sink.lines, ["0", "2"]);
  assertObjectMatch(delivery.counters()[0]!, { delivered: 2, failed: 1 });
  assertEquals(log.lines, ['error Cannot format an alert for "a": no']);
});

Deno.test("with a gathering time alerts wait for others, but not for flush()", async () => {
  const sink = new MemorySink();
  const { delivery } = setUp({ a: sink }, { gatherMs: 1_000_000, batchSize: 3 });
  enqueue(delivery, 2);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(sink.lines, []);
  await delivery.flush(1000);
  assertEquals(sink.batches, [["0", "1"]]);
  enqueue(delivery, 3);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(sink.batches.length, 2);
  await delivery.close();
});

Deno.test("reformat() changes how alerts look that no sink has yet", async () => {
  const sink = new MemorySink();
  const { delivery } = setUp({ a: sink });
  enqueue(delivery, 1);
  await delivery.flush(1000);
  delivery.reformat({ format: (alert: Alert) => `<${alert.message}>` });
  enqueue(delivery, 1);
  await delivery.close();
  assertEquals(sink.lines, ["0", "<0>"]);
});

Deno.test("reformat() gives sinks with a format of their own what that looks like now", async () => {
  const own = new MemorySink(), other = new MemorySink();
  const targets = [
    { name: "own", sink: own, formatter: byMessage, format: "json" },
    { name: "other", sink: other, formatter: byMessage, format: "text" },
  ];
  const delivery = new Delivery({ targets, log: new Log() });
  const unused = { format: () => "unused" };
  delivery.reformat(
    unused,
    new Map([["json", { format: ({ message }: Alert) => `{${message}}` }]]),
  );
  enqueue(delivery, 1);
  await delivery.close();
  assertEquals([own.lines, other.lines], [["{0}"], ["0"]]);
});

Deno.test("close() closes each sink once it is empty; what comes later is dropped", async () => {
  const sink = new MemorySink();
  const { delivery } = setUp({ a: sink });
  enqueue(delivery, 2);
  assert(await delivery.close());
  enqueue(delivery, 1);
  assertEquals([sink.lines.length, sink.closed], [2, 1]);
  assertObjectMatch(delivery.counters()[0]!, { state: "closed", delivered: 2, dropped: 1 });
});

Deno.test("close() with a signal waits while alerts go out, until none does or the signal aborts", async () => {
  const never = new AbortController().signal;
  const slow = new MemorySink();
  slow.behaviour = () => new Promise((resolve) => setTimeout(resolve, 150));
  const first = setUp({ a: slow }, { batchSize: 1 });
  enqueue(first.delivery, 4);
  assert(await first.delivery.close(400, never));
  assertEquals(slow.lines, numbers(4));

  const hanging = new MemorySink();
  hanging.behaviour = () => HANGS;
  const second = setUp({ a: hanging });
  enqueue(second.delivery, 1);
  assertEquals(await second.delivery.close(1, never), false);
  const third = setUp({ a: hanging });
  enqueue(third.delivery, 1);
  const stop = new AbortController();
  const closed = third.delivery.close(3_600_000, stop.signal);
  stop.abort();
  assertEquals(await closed, false);
});
