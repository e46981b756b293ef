import { setImmediate } from "node:timers/promises";
import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { HOSTILE } from "../../tests/contract/formatter_suite.ts";
import { SinkError } from "../plugin/mod.ts";
import { Delivery } from "./delivery.ts";
import { REPEATED_FIELD } from "./_carrier.ts";
import type { DeliveryTarget } from "./target.ts";
import { alert, byMessage, inFolder, Log, Moody, openSpool } from "./testing.ts";

const RETRY = { attempts: 1, firstMs: 1, mostMs: 2 };
const unavailable = new SinkError("unavailable", "not now");
const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => String(from + index));

interface Options extends Partial<DeliveryTarget> {
  readonly maxBytes?: number;
}

async function start(folder: string, sink: Moody, { maxBytes, ...more }: Options = {}) {
  const log = new Log();
  const spool = await openSpool(folder, { log, ...maxBytes !== undefined && { maxBytes } });
  const target = { name: "a", sink, formatter: byMessage, retry: RETRY, spool, ...more };
  const delivery = new Delivery({ targets: [target], log });
  const send = (messages: readonly string[]) => {
    for (const message of messages) delivery.enqueue(alert(message));
  };
  return { delivery, log, spool, sink, send, counters: () => delivery.counters()[0]! };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate();
}

Deno.test("a spool keeps alerts in order while the sink is down, whatever their number", async () => {
  await inFolder(async (folder) => {
    const sink = new Moody([unavailable]);
    const { delivery, send, counters } = await start(folder, sink, {
      limits: { capacity: 1000, batchSize: 50 },
    });
    for (let i = 0; i < 20; i++) {
      send(numbers(500, i * 500));
      await until(() => counters().spool!.alerts + 50 >= (i + 1) * 500);
    }
    await until(() => counters().retries > 3);
    sink.answers = ["ok"];
    assert(await delivery.flush(60_000));
    assertEquals(sink.lines, numbers(10_000));
    assertObjectMatch(counters(), { delivered: 10_000, dropped: 0, failed: 0, repeated: 0 });
    assert(await delivery.close());
  });
});

Deno.test("what could not go out is there in the next run; what may have arrived is marked", async () => {
  await inFolder(async (folder) => {
    const first = await start(folder, new Moody([unavailable]), { limits: { batchSize: 2 } });
    first.send(numbers(5));
    // It is all on disk, so there is nothing to wait for.
    assert(await first.delivery.close());
    await until(() => first.counters().kept === 5);
    assertObjectMatch(first.counters(), { state: "closed", failed: 0, queued: 0 });

    const sink = new Moody();
    const second = await start(folder, sink, { limits: { batchSize: 2 } });
    second.send(["5"]);
    assert(await second.delivery.close());
    assertEquals(sink.lines, numbers(6));
    const marks = sink.arrived.map(({ alert }) => alert.fields.get(REPEATED_FIELD));
    assertEquals(marks, [true, true, undefined, undefined, undefined, undefined]);
    assertObjectMatch(second.counters(), { delivered: 6, repeated: 2, kept: 0 });
  });
});

Deno.test("of a spool that was spoilt, what is lost is counted as so many or more", async () => {
  await inFolder(async (folder) => {
    const first = await start(folder, new Moody([unavailable]));
    first.send(["first", "second", "third"]);
    assert(await first.delivery.close());
    await until(() => first.counters().kept === 3);
    assert(!("isAtLeast" in first.counters()));
    spoil(folder, "second");
    const { delivery, sink, counters } = await start(folder, new Moody());
    await until(() => sink.lines.length === 2);
    assertObjectMatch(counters(), { delivered: 2, failed: 1, isAtLeast: true });
    assert(await delivery.close());
  });
});

/** Changes a letter of a text, wherever it stands in the files of a folder. */
function spoil(folder: string, text: string): void {
  for (const { name, isFile, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) spoil(path, text);
    if (!isFile) continue;
    const bytes = Deno.readFileSync(path);
    const at = new TextDecoder("latin1").decode(bytes).indexOf(text);
    if (at < 0) continue;
    bytes[at]! ^= 1;
    Deno.writeFileSync(path, bytes);
  }
}

Deno.test("stopped in mid-batch, what has arrived is not sent again in the next run", async () => {
  await inFolder(async (folder) => {
    const retry = { attempts: 1, firstMs: 3_600_000, mostMs: 3_600_000 };
    const sink = new Moody([new SinkError("unavailable", "half of it", { accepted: 2 })]);
    const first = await start(folder, sink, { retry, limits: { batchSize: 4 } });
    first.send(numbers(6));
    assert(await first.delivery.close());
    assertObjectMatch(first.counters(), { delivered: 2, kept: 4, failed: 0, queued: 0 });

    const next = new Moody();
    const second = await start(folder, next);
    assert(await second.delivery.close());
    assertEquals(next.lines, numbers(4, 2));
    assertObjectMatch(second.counters(), { delivered: 4, repeated: 2 });
  });
});

Deno.test("a stop waits for the word of the sink on what it has under way", async () => {
  await inFolder(async (folder) => {
    const first = await start(folder, new Moody(["hang until told"]), {
      limits: { batchSize: 3 },
      timeoutMs: 3_600_000,
    });
    const { sink } = first;
    sink.onTold = () => new SinkError("unavailable", "all but one", { accepted: 2 });
    first.send(numbers(3));
    await until(() => sink.writes.length > 0);
    await first.delivery.close(20);
    assertObjectMatch(first.counters(), { delivered: 2, kept: 1, failed: 0 });
    const next = new Moody();
    const second = await start(folder, next);
    await second.delivery.close();
    assertEquals(next.lines, ["2"]);
  });
});

Deno.test("with several sinks a spool keeps what is not there, and nothing in front of it", async () => {
  await inFolder(async (folder) => {
    const retry = { attempts: 1, firstMs: 3_600_000, mostMs: 3_600_000 };
    const sinks = [new Moody([unavailable]), new Moody()] as const;
    const first = await start(folder, sinks[0], {
      others: [sinks[1]],
      retry,
      limits: { batchSize: 2 },
    });
    // Each gets a batch: the first one is the other's, or ours.
    first.send(numbers(20));
    await until(() => sinks[0].writes.length > 0 && sinks[1].arrived.length === 18);
    await first.delivery.close();
    assertObjectMatch(first.counters(), { delivered: 18, kept: 2, failed: 0 });
    const missing = sinks[0].writes[0]!;
    const next = new Moody();
    const second = await start(folder, next);
    await second.delivery.close();
    assertEquals(next.lines.slice(0, 2), missing);
    const marked = next.arrived.filter(({ alert }) => alert.fields.has(REPEATED_FIELD));
    assertEquals(marked.length, next.arrived.length);
    const all = new Set([...sinks[1].lines, ...next.lines]);
    assertEquals(all.size, 20);
  });
});

Deno.test("a write that took too long is done again with a mark", async () => {
  await inFolder(async (folder) => {
    const sink = new Moody(["hang until told", "ok"]);
    const { delivery, send, counters } = await start(folder, sink, { timeoutMs: 5 });
    send(["1"]);
    assert(await delivery.flush(1000));
    assertEquals(sink.arrived[0]!.alert.fields.get(REPEATED_FIELD), true);
    assertObjectMatch(counters(), { delivered: 1, repeated: 1 });
    await delivery.close();
  });
});

Deno.test("what the other end does not want is given up and does not stay on disk", async () => {
  await inFolder(async (folder) => {
    const dead: string[] = [];
    const sink = new Moody([new SinkError("rejected", "bad request"), "ok"]);
    const { delivery, send, counters } = await start(folder, sink, {
      limits: { batchSize: 1 },
      onDead: (alerts, reason) => void dead.push(`${alerts.map(({ line }) => line)}: ${reason}`),
    });
    send(["1", "2"]);
    assert(await delivery.close());
    assertEquals([dead, sink.lines], [["1: bad request"], ["2"]]);
    assertObjectMatch(counters(), { delivered: 1, failed: 1, rejected: 1 });
    const next = await openSpool(folder);
    assertEquals(next.unread, 0);
    await next.close();
  });
});

Deno.test("alerts that have become too old are given up, before they are sent and while they are", async () => {
  await inFolder(async (folder) => {
    const before = await start(folder, new Moody([unavailable]));
    before.send(["1"]);
    await until(() => before.counters().retries > 0);
    await before.delivery.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { delivery, send, counters } = await start(folder, new Moody([unavailable]), {
      maxAgeMs: 2,
    });
    send(["2"]);
    await until(() => counters().expired === 2);
    assertObjectMatch(counters(), { delivered: 0, failed: 2, expired: 2, rejected: 0 });
    assert(await delivery.close());
  });
});

Deno.test("a full spool: alerts wait in memory, then are dropped; in the end all accepted arrive", async () => {
  await inFolder(async (folder) => {
    const sink = new Moody([unavailable]);
    const { delivery, log, send, counters } = await start(folder, sink, {
      maxBytes: 4096,
      limits: { capacity: 10, batchSize: 1 },
    });
    for (const message of numbers(40).map((number) => number.padEnd(500, "."))) {
      send([message]);
      await setImmediate();
      await until(() => counters().queued + counters().dropped > Number.parseInt(message));
    }
    const { dropped } = counters();
    assert(dropped > 0);
    sink.answers = ["ok"];
    assert(await delivery.flush(10_000));
    const arrived = sink.lines.map((line) => Number.parseInt(line));
    assertEquals(arrived, arrived.toSorted((a, b) => a - b));
    assertEquals(arrived.length, 40 - dropped);
    assertObjectMatch(counters(), { delivered: 40 - dropped, failed: 0 });
    assert(
      log.lines.includes('error The spool of output "a" is full; further alerts wait in memory'),
    );
    assert(log.lines.includes('warning The spool of output "a" takes alerts again'));
    assert(await delivery.close());
  });
});

Deno.test("a sink that is gone for good leaves its alerts on disk", async () => {
  await inFolder(async (folder) => {
    const sink = new Moody([new SinkError("closed", "nobody reads")]);
    const { delivery, send, counters } = await start(folder, sink, { limits: { batchSize: 1 } });
    send(["1", "2"]);
    await until(() => counters().state === "closed");
    await until(() => counters().kept === 2);
    await delivery.close();
    const next = await openSpool(folder);
    assertEquals(next.unread, 2);
    await next.close();
  });
});

Deno.test("hostile texts and alerts of 1 MB go through a spool unchanged", async () => {
  await inFolder(async (folder) => {
    const sink = new Moody();
    const { delivery } = await start(folder, sink);
    const fields = new Map([[HOSTILE, HOSTILE], ["long", "ü".repeat(500_000)]]);
    const given = [alert(HOSTILE, { rule: HOSTILE, tags: [HOSTILE], fields }), alert("")];
    for (const one of given) delivery.enqueue(one);
    assert(await delivery.close());
    assertEquals(sink.arrived.map(({ alert }) => alert), given);
  });
});
