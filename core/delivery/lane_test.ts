import type { Alert } from "../alert/mod.ts";
import { type FormattedAlert, type Sink, SinkError, type WriteContext } from "../plugin/mod.ts";
import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { Delivery } from "./delivery.ts";
import type { DeliveryTarget } from "./target.ts";
import { alert, type Answer, Moody } from "./testing.ts";

const RETRY = { attempts: 2, firstMs: 1, mostMs: 2 };

function laneTo(sink: Sink, more: Partial<DeliveryTarget> = {}) {
  const lines: string[] = [];
  const say = (message: string) => void lines.push(message);
  const log = { debug: say, info: say, warning: say, error: say };
  const target = {
    name: "a",
    sink,
    formatter: { format: (alert: Alert) => alert.message },
    ...more,
  };
  const delivery = new Delivery({ targets: [target], log });
  const send = (...messages: string[]) => {
    for (const message of messages) delivery.enqueue(alert(message));
  };
  return { delivery, lines, send, counters: () => delivery.counters()[0]! };
}

const lineOf = ({ line }: FormattedAlert) => line;

const unavailable = new SinkError("unavailable", "not now");

Deno.test("a batch that fails is written again, before what came after it", async () => {
  const sink = new Moody([unavailable, unavailable, "ok"]);
  const { delivery, lines, send, counters } = laneTo(sink, { retry: RETRY });
  send("1", "2");
  await delivery.flush(1000);
  send("3");
  assert(await delivery.close());
  assertEquals(sink.writes, [["1", "2"], ["1", "2"], ["1", "2"], ["3"]]);
  assertObjectMatch(counters(), { delivered: 3, failed: 0, retries: 2 });
  assertEquals(lines, [
    'Output "a" failed and is tried again: not now',
    'Output "a" works again, nothing was lost',
  ]);
});

Deno.test("a sink that nobody can come to shows that, though its writes do not fail", async () => {
  let trouble: string | undefined = "the port is taken";
  const sink = Object.assign(new Moody(), { trouble: () => trouble });
  const { delivery, send, counters } = laneTo(sink);
  send("1");
  await delivery.flush(1000);
  assertObjectMatch(counters(), { state: "retrying", detail: trouble, delivered: 1 });
  trouble = undefined;
  assertEquals(["detail" in counters(), counters().state], [false, "working"]);
  await delivery.close();
});

Deno.test("a sink that has nobody to write to gets what comes once somebody is there", async () => {
  let missing: string | undefined = "there is no daemon";
  const sink = Object.assign(new Moody([unavailable, "ok"]), { missing: () => missing });
  const { delivery, lines, send, counters } = laneTo(sink, { mayBeMissing: true, retry: RETRY });
  send("1");
  await delivery.flush(1000);
  const none = { queued: 0, dropped: 0, failed: 0, delivered: 0 };
  assertObjectMatch(counters(), {
    ...none,
    missed: 1,
    state: "retrying",
    detail: "there is no daemon",
  });
  missing = undefined;
  send("2");
  // From then on it is a sink like others.
  missing = "it has been stopped";
  await delivery.flush(1000);
  send("3");
  assert(await delivery.close());
  assertEquals(sink.lines, ["2", "3"]);
  assertObjectMatch(counters(), { delivered: 2, missed: 1 });
  assertEquals("detail" in counters(), false);
  assertEquals(lines, [
    'Output "a" gets no alerts for now: there is no daemon',
    'Output "a" gets alerts from now on',
    'Output "a" failed and is tried again: not now',
    'Output "a" works again, nothing was lost',
  ]);
});

Deno.test("a look at its state, too, finds that there is somebody to write to", async () => {
  let missing: string | undefined = "there is no daemon";
  const sink = Object.assign(new Moody(), { missing: () => missing });
  const { delivery, counters } = laneTo(sink, { mayBeMissing: true });
  assertEquals(counters().state, "retrying");
  missing = undefined;
  assertEquals([counters().state, counters().detail], ["working", undefined]);
  await delivery.close();
});

Deno.test("at a sink that others fetch from, only what they have is delivered", async () => {
  let fetched = 0;
  const sink = Object.assign(new Moody(), { fetched: () => fetched });
  const { delivery, send, counters } = laneTo(sink);
  send("1", "2", "3");
  await delivery.flush(1000);
  assertObjectMatch(counters(), { delivered: 0, unfetched: 3, queued: 3 });
  fetched = 2;
  assertObjectMatch(counters(), { delivered: 2, unfetched: 1, queued: 1 });
  await delivery.close();
  assertObjectMatch(counters(), { delivered: 2, unfetched: 1, queued: 0, failed: 0 });
});

Deno.test("a batch that there is no room to gather goes out before its time", async () => {
  const HOUR_MS = 3_600_000;
  const small = new Moody(), long = new Moody();
  const few = laneTo(small, { limits: { capacity: 2, batchSize: 100, gatherMs: HOUR_MS } });
  const little = laneTo(long, { limits: { capacityUnits: 50, batchSize: 100, gatherMs: HOUR_MS } });
  for (const message of ["1", "2", "3", "4"]) {
    few.send(message);
    little.send(message.repeat(20));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(small.writes, [["1", "2"], ["3", "4"]]);
  assertObjectMatch(few.counters(), { delivered: 4, dropped: 0 });
  // Who finds no room is lost, and has the others go.
  assertObjectMatch(little.counters(), { dropped: 2, delivered: 2 });
  await Promise.all([few.delivery.close(), little.delivery.close()]);
});

Deno.test("what fails too often is lost, told and handed over", async () => {
  const dead: string[] = [];
  const onDead = (alerts: readonly FormattedAlert[], reason: string) =>
    void dead.push(`${alerts.map(({ line }) => line)}: ${reason}`);
  const { delivery, send, counters } = laneTo(new Moody([unavailable]), { retry: RETRY, onDead });
  send("1", "2");
  await delivery.flush(1000);
  assertObjectMatch(counters(), { state: "failing", failed: 2, rejected: 0, retries: 2 });
  assertEquals(dead, ["1,2: not now"]);
  await delivery.close();
});

Deno.test("a sink that has never taken an alert is tried for a while, and then no more", async () => {
  const dead: string[] = [];
  const onDead = (alerts: readonly FormattedAlert[]) => void dead.push(...alerts.map(lineOf));
  const sink = new Moody([unavailable]);
  const retry = { attempts: 1000, firstMs: 3_600_000, mostMs: 3_600_000 };
  const { delivery, lines, send, counters } = laneTo(sink, {
    retry,
    onDead,
    limits: { silence: { atFirstMs: 20, laterMs: Infinity } },
  });
  send("1", "2");
  await delivery.flush(10_000);
  const tried = sink.writes.length;
  send("3");
  await delivery.flush(10_000);
  assertEquals([sink.writes.length - tried, dead], [0, ["1", "2", "3"]]);
  assertObjectMatch(counters(), { failed: 3, delivered: 0, dropped: 0, state: "failing" });
  assertEquals(lines, [
    'Output "a" failed and is tried again: not now',
    'Output "a" failed, alerts are lost: not now; it has taken none so far and is not tried again',
  ]);
  await delivery.close();
});

Deno.test("a sink that has taken or refused an alert is tried for longer, and then no more", async () => {
  const silence = { atFirstMs: 0, laterMs: 3_600_000 };
  for (const first of ["ok", new SinkError("rejected", "too long")] as const) {
    const sink = new Moody([first, unavailable, unavailable, "ok"]);
    const { delivery, send } = laneTo(sink, { retry: RETRY, limits: { silence } });
    send("1");
    await delivery.flush(1000);
    send("2");
    await delivery.flush(1000);
    assertEquals(sink.lines.at(-1), "2");
    await delivery.close();
  }
  const sink = new Moody(["ok", unavailable]);
  const { delivery, send, counters, lines } = laneTo(sink, {
    retry: { ...RETRY, attempts: 1000 },
    limits: { silence: { atFirstMs: 0, laterMs: 0 } },
  });
  send("1");
  await delivery.flush(1000);
  for (const message of ["2", "3"]) {
    send(message);
    await delivery.flush(1000);
  }
  assertObjectMatch(counters(), { failed: 2, delivered: 1, state: "failing" });
  assertEquals([sink.writes.length, lines.length], [2, 1]);
  assert(lines[0]!.endsWith("not now; it takes nothing any more and is not tried again"), lines[0]);
  await delivery.close();
});

Deno.test("that alerts are lost is said once, however many batches it takes", async () => {
  const answers: Answer[] = [...Array.from({ length: 6 }, () => unavailable), "ok"];
  const { delivery, lines, send } = laneTo(new Moody(answers), { retry: RETRY });
  for (const message of ["1", "2", "3"]) {
    send(message);
    await delivery.flush(1000);
  }
  await delivery.close();
  assertEquals(lines, [
    'Output "a" failed and is tried again: not now',
    'Output "a" failed, alerts are lost: not now',
    'Output "a" works again, 2 alerts were lost',
  ]);
});

Deno.test("what is not wanted is not sent again", async () => {
  const sink = new Moody([new SinkError("rejected", "bad request"), "ok"]);
  const { delivery, send, counters } = laneTo(sink, { retry: RETRY });
  send("1");
  await delivery.flush(1000);
  send("2");
  await delivery.close();
  assertEquals(sink.writes, [["1"], ["2"]]);
  assertObjectMatch(counters(), { delivered: 1, failed: 1, rejected: 1, retries: 0 });
});

Deno.test("one alert that is not wanted does not lose those after it", async () => {
  const refusal = new SinkError("rejected", "too long", { accepted: 1, refused: 1 });
  const sink = new Moody([refusal, unavailable, "ok"]);
  const dead: string[] = [];
  const onDead = (alerts: readonly FormattedAlert[]) => void dead.push(`${alerts.map(lineOf)}`);
  const { delivery, send, counters } = laneTo(sink, { retry: RETRY, onDead });
  send("1", "2", "3", "4");
  await delivery.close();
  assertEquals(sink.writes, [["1", "2", "3", "4"], ["3", "4"], ["3", "4"]]);
  assertEquals(dead, ["2"]);
  assertObjectMatch(counters(), { state: "closed", delivered: 3, failed: 1, rejected: 1 });
});

Deno.test("what has arrived of a batch is not sent again", async () => {
  const sink = new Moody([new SinkError("unavailable", "half of it", { accepted: 2 }), "ok"]);
  const { delivery, send, counters } = laneTo(sink, { retry: RETRY });
  send("1", "2", "3");
  await delivery.close();
  assertEquals(sink.writes, [["1", "2", "3"], ["3"]]);
  assertObjectMatch(counters(), { delivered: 3, failed: 0, retries: 1 });
});

Deno.test("a write that takes too long is told to end, and done again", async () => {
  const sink = new Moody(["hang until told", "ok"]);
  const { delivery, send, counters } = laneTo(sink, { retry: RETRY, timeoutMs: 5 });
  send("1");
  await delivery.close();
  assertEquals(sink.writes, [["1"], ["1"]]);
  assertObjectMatch(counters(), { delivered: 1, failed: 0, retries: 1 });
});

Deno.test("what a slow sink says it has taken in time is not sent again, and it is given more time", async () => {
  const sink = new Slow(2);
  const retry = { attempts: 1, firstMs: 1, mostMs: 1 };
  const { delivery, send, counters } = laneTo(sink, { retry, timeoutMs: 5 });
  send("1", "2", "3", "4", "5", "6", "7");
  await delivery.close();
  assertEquals(sink.taken, ["1", "2", "3", "4", "5", "6", "7"]);
  assertObjectMatch(counters(), { delivered: 7, failed: 0, retries: 3 });
});

Deno.test("a sink that asks for its signal only when it is late is told to end, too", async () => {
  const reasons: unknown[] = [];
  let writes = 0;
  const sink: Sink = {
    write: async (_batch, context) => {
      if (++writes > 1) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { signal } = context!;
      reasons.push(signal.aborted && signal.reason.message);
      throw signal.reason;
    },
    close: () => Promise.resolve(),
  };
  const { delivery, send, counters } = laneTo(sink, { retry: RETRY, timeoutMs: 1 });
  send("1");
  await delivery.close();
  assertEquals(reasons, ["no answer within 1 ms"]);
  assertObjectMatch(counters(), { delivered: 1, retries: 1 });
});

/** Takes so many at a time, and then nothing until it is told to end. */
class Slow implements Sink {
  readonly taken: string[] = [];

  constructor(readonly atOnce: number) {}

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    this.taken.push(...batch.slice(0, this.atOnce).map(({ line }) => line));
    if (batch.length <= this.atOnce) return;
    await new Promise((resolve) => context!.signal.addEventListener("abort", resolve));
    throw new SinkError("unavailable", "no time left", { accepted: this.atOnce });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("a write that cannot be ended is waited for, and not begun a second time", async () => {
  let release = () => {};
  const writes: string[][] = [];
  const sink: Sink = {
    write: (batch) => {
      writes.push(batch.map(({ line }) => line));
      return new Promise((resolve) => release = resolve);
    },
    close: () => Promise.resolve(),
  };
  const { delivery, lines, send, counters } = laneTo(sink, {
    retry: RETRY,
    timeoutMs: 2,
    limits: { blockedMs: 1 },
  });
  send("1");
  while (counters().state !== "blocked") await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  release();
  assert(await delivery.flush(1000));
  assertEquals(writes, [["1"]]);
  assertObjectMatch(counters(), { state: "working", delivered: 1, retries: 0, repeated: 0 });
  assertEquals(lines, [
    'Output "a" has not taken an alert for 1 ms, others wait behind it',
    'Output "a" goes on',
  ]);
  await delivery.close();
});

Deno.test("closing ends waiting for another try, and counts what is lost", async () => {
  const retry = { attempts: 9, firstMs: 3_600_000, mostMs: 3_600_000 };
  const { delivery, send, counters } = laneTo(new Moody([unavailable]), { retry });
  send("1", "2");
  assertEquals(await delivery.close(20), false);
  await delivery.flush(1000);
  assertObjectMatch(counters(), { state: "closed", delivered: 0, failed: 2, queued: 0 });
});

Deno.test("what was still waiting when a lane closes is handed over, too", async () => {
  const dead: string[] = [];
  const onDead = (alerts: readonly FormattedAlert[], reason: string) =>
    void dead.push(`${alerts.map(lineOf)}: ${reason}`);
  const retry = { attempts: 9, firstMs: 3_600_000, mostMs: 3_600_000 };
  const { delivery, send, counters } = laneTo(new Moody([unavailable]), {
    retry,
    onDead,
    limits: { batchSize: 1 },
  });
  send("1", "2", "3");
  assertEquals(await delivery.close(20), false);
  assertEquals(dead.toSorted(), [
    "1: not now",
    "2,3: the output was closed before it was their turn",
  ]);
  assertObjectMatch(counters(), { state: "closed", delivered: 0, failed: 3, queued: 0 });
});

Deno.test("what was still waiting when a sink ends by itself is handed over, too", async () => {
  const dead: string[] = [];
  const onDead = (alerts: readonly FormattedAlert[]) => void dead.push(`${alerts.map(lineOf)}`);
  const gone = new Moody([new SinkError("closed", "nobody reads")]);
  const { delivery, send, counters } = laneTo(gone, { onDead, limits: { batchSize: 1 } });
  send("1", "2", "3");
  await delivery.close();
  assertEquals(dead, ["1", "2,3"]);
  assertObjectMatch(counters(), { state: "closed", delivered: 0, failed: 3 });
});

Deno.test("a lane takes only what it is for, and that is no loss", async () => {
  const sink = new Moody(["ok"]);
  const { delivery, send, counters } = laneTo(sink, { takes: ({ message }) => message !== "2" });
  send("1", "2", "3");
  await delivery.close();
  assertEquals(sink.writes, [["1", "3"]]);
  assertObjectMatch(counters(), { delivered: 2, dropped: 0, failed: 0 });
});

Deno.test("several sinks of a lane write at the same time, and what one fails at it does again", async () => {
  const release = Promise.withResolvers<void>();
  const arrived: string[][] = [];
  let atOnce = 0;
  let most = 0;
  let isFirst = true;
  const newSink = (): Sink => {
    let isBusy = false;
    return {
      write: async (batch) => {
        assert(!isBusy, "a sink has one write at a time");
        isBusy = true;
        most = Math.max(most, ++atOnce);
        if (most === 3) release.resolve();
        await release.promise;
        isBusy = false;
        atOnce--;
        if (isFirst) {
          isFirst = false;
          throw unavailable;
        }
        arrived.push(batch.map(lineOf));
      },
      close: () => Promise.resolve(),
    };
  };
  const { delivery, send, counters } = laneTo(newSink(), {
    others: [newSink(), newSink()],
    retry: RETRY,
    limits: { batchSize: 2 },
  });
  const sent = Array.from({ length: 20 }, (_, index) => String(index));
  send(...sent);
  assert(await delivery.close());
  assertEquals([most, arrived.every((batch) => batch.length === 2)], [3, true]);
  assertEquals(arrived.flat().sort(), sent.toSorted());
  assertObjectMatch(counters(), { delivered: 20, retries: 1, failed: 0, queued: 0 });
});
