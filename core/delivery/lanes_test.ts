import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { SinkError } from "../plugin/mod.ts";
import { Delivery } from "./delivery.ts";
import type { WantedTarget } from "./lanes.ts";
import { REPEATED_FIELD } from "./_carrier.ts";
import type { DeliveryTarget } from "./target.ts";
import { alert, byMessage, inFolder, Log, Moody, openSpool } from "./testing.ts";

const RETRY = { attempts: 99, firstMs: 3_600_000, mostMs: 3_600_000 };
const unavailable = new SinkError("unavailable", "not now");

type Parts = Partial<DeliveryTarget> & { readonly sink: DeliveryTarget["sink"] };

/** A target that is opened when the delivery asks for it. */
function wanted(name: string, key: string, open: () => Parts | Promise<Parts>): WantedTarget {
  return {
    name,
    key,
    open: async () => ({ name, formatter: byMessage, ...await open() }),
  };
}

/** With the given targets from the start, each with the key of its name. */
async function start(targets: readonly WantedTarget[], more: { readonly retireMs?: number } = {}) {
  const log = new Log();
  let gone = 0;
  const delivery = new Delivery({ targets: [], log, onAllGone: () => gone++, ...more });
  await delivery.change({ targets });
  const send = (...messages: string[]) => {
    for (const message of messages) delivery.enqueue(alert(message));
  };
  return { delivery, log, send, gone: () => gone };
}

function assertCounters(delivery: Delivery, expected: readonly Record<string, unknown>[]): void {
  const found = delivery.counters();
  assertEquals(found.length, expected.length);
  for (const [index, one] of expected.entries()) assertObjectMatch(found[index]!, one);
}

Deno.test("change() leaves alone what is the same, and what is new gets alerts at once", async () => {
  const [kept, added] = [new Moody(["hang until told", "ok"]), new Moody()];
  const first = wanted("a", "1", () => ({ sink: kept }));
  const { delivery, send } = await start([first]);
  send("1");
  const changing = delivery.change({ targets: [first, wanted("b", "1", () => ({ sink: added }))] });
  // The one that is new has not been opened yet.
  send("2");
  await changing;
  send("3");
  while (added.lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals([added.lines, kept.writes], [["2", "3"], [["1", "2"]]]);
  await delivery.close(10);
});

Deno.test("change() gives what waits for a sink to the one that takes its place, in order", async () => {
  const down = new Moody([unavailable]);
  const up = new Moody();
  const { delivery, send } = await start([
    wanted("a", "1", () => ({ sink: down, retry: RETRY, limits: { batchSize: 2 } })),
  ]);
  send("1", "2", "3", "4");
  while (down.writes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const opened = Promise.withResolvers<void>();
  const changing = delivery.change({
    targets: [
      wanted("a", "2", async () => {
        await opened.promise;
        return { sink: up };
      }),
    ],
  });
  send("5");
  assertCounters(delivery, [{ name: "a" }]);
  opened.resolve();
  await changing;
  send("6");
  assert(await delivery.close());
  assertEquals(up.lines, ["1", "2", "3", "4", "5", "6"]);
  assertCounters(delivery, [
    { name: "a", state: "closed", delivered: 6, failed: 0, dropped: 0, queued: 0 },
  ]);
  // They were refused, so they cannot have arrived.
  assert(up.arrived.every(({ alert }) => !alert.fields.has(REPEATED_FIELD)));
});

Deno.test("change() marks what the former sink had in its hands", async () => {
  const hanging = new Moody(["hang until told"]);
  const up = new Moody();
  const { delivery, send } = await start([wanted("a", "1", () => ({ sink: hanging }))]);
  send("1", "2");
  while (hanging.writes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  send("3");
  await delivery.change({ targets: [wanted("a", "2", () => ({ sink: up }))] });
  assert(await delivery.close());
  const marks = up.arrived.map(({ alert }) => alert.fields.get(REPEATED_FIELD));
  assertEquals([up.lines, marks], [["1", "2", "3"], [true, true, undefined]]);
});

Deno.test("change() has a spool go on with the new sink", async () => {
  await inFolder(async (folder) => {
    const down = new Moody([unavailable]);
    const up = new Moody();
    const spooled = (sink: Moody) => async () => ({
      sink,
      retry: RETRY,
      spool: await openSpool(folder),
    });
    const { delivery, send } = await start([wanted("a", "1", spooled(down))]);
    send("1", "2");
    while (down.writes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const changing = delivery.change({ targets: [wanted("a", "2", spooled(up))] });
    send("3");
    await changing;
    assert(await delivery.close());
    assertEquals(up.lines, ["1", "2", "3"]);
    assertCounters(delivery, [{ delivered: 3, kept: 0, failed: 0, dropped: 0 }]);
  });
});

Deno.test("change() says what stays in a spool that nobody has any more", async () => {
  await inFolder(async (folder) => {
    const down = new Moody([unavailable]);
    const up = new Moody();
    const { delivery, log, send } = await start([
      wanted("a", "1", async () => ({ sink: down, retry: RETRY, spool: await openSpool(folder) })),
    ]);
    send("1", "2");
    while (down.writes.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await delivery.change({ targets: [wanted("a", "2", () => ({ sink: up }))] });
    send("3");
    assert(await delivery.close());
    assertEquals(up.lines, ["3"]);
    assertCounters(delivery, [{ delivered: 1, kept: 2, failed: 0 }]);
    const told = `Output "a": 2 alerts stay in "${folder}", which nobody reads now`;
    assert(log.lines.includes(`warning ${told}`), log.lines.join("\n"));
  });
});

Deno.test("change() lets a sink that is not wanted any more bring out what it has", async () => {
  const release = Promise.withResolvers<void>();
  const written: string[] = [];
  let isClosed = false;
  const slow: DeliveryTarget["sink"] = {
    write: async (batch) => {
      await release.promise;
      written.push(...batch.map(({ line }) => line));
    },
    close: () => Promise.resolve(void (isClosed = true)),
  };
  const other = new Moody();
  const b = wanted("b", "1", () => ({ sink: other }));
  const { delivery, log, send } = await start([wanted("a", "1", () => ({ sink: slow })), b]);
  send("1", "2");
  await delivery.change({ targets: [b] });
  send("3");
  assertObjectMatch(delivery.counters()[0]!, { name: "a", queued: 2 });
  release.resolve();
  assert(await delivery.flush(1000));
  while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals([written, other.lines], [["1", "2"], ["1", "2", "3"]]);
  assert(await delivery.close());
  assertCounters(delivery, [
    { name: "a", state: "removed", delivered: 2, queued: 0 },
    { name: "b", state: "closed", delivered: 3 },
  ]);
  assert(log.lines.includes('info Output "a" gets no further alerts'));
});

Deno.test("change() counts what is lost when a sink cannot be opened, and the others go on", async () => {
  const other = new Moody();
  const b = wanted("b", "1", () => ({ sink: other }));
  const { delivery, log, send } = await start([b]);
  const changing = delivery.change({
    targets: [wanted("a", "1", () => Promise.reject(new Error("no such thing"))), b],
  });
  send("1");
  await changing;
  send("2");
  assert(await delivery.close());
  assertEquals(other.lines, ["1", "2"]);
  assertCounters(delivery, [{ name: "a", dropped: 1 }, { name: "b", delivered: 2 }]);
  assert(log.lines.includes('error Cannot open output "a", it gets no alerts: no such thing'));
});

Deno.test("a sink that has nobody to write to yet is none that others could be left to", async () => {
  const last = new Moody([new SinkError("closed", "nobody reads")]);
  const nobody = Object.assign(new Moody(), { missing: () => "there is no daemon" });
  const { delivery, send, gone } = await start([
    wanted("a", "1", () => ({ sink: last })),
    wanted("b", "1", () => ({ sink: nobody, mayBeMissing: true })),
  ]);
  send("1");
  await delivery.flush(1000);
  assertEquals([gone(), nobody.lines], [1, []]);
  await delivery.close();
});

Deno.test("change() opens again what has closed by itself; that all are gone is told each time", async () => {
  const gone = new SinkError("closed", "nobody reads");
  const [first, second] = [new Moody([gone]), new Moody()];
  const sinks = [first, second];
  const a = wanted("a", "1", () => ({ sink: sinks.shift()! }));
  const { delivery, send, gone: times } = await start([a]);
  send("1");
  while (times() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await delivery.change({ targets: [a] });
  send("2");
  assert(await delivery.close());
  assertEquals(second.lines, ["2"]);
});

Deno.test("change() tells what was held back when that is to be done otherwise", async () => {
  const sink = new Moody();
  const a = wanted("a", "1", () => ({ sink }));
  const { delivery, send } = await start([a]);
  const dedup = { keys: ["rule"], windowMs: 3_600_000 };
  await delivery.change({ targets: [a], holdBack: { dedup } });
  send("1", "2", "3");
  await delivery.change({ targets: [a], holdBack: { dedup } });
  send("4");
  await delivery.change({ targets: [a] });
  send("5");
  assertEquals(delivery.heldBack, { byRate: 0, asRepeated: 3 });
  assert(await delivery.close());
  assertEquals(sink.lines[0], "1");
  assert(sink.lines[1]!.startsWith("3 more of r"), sink.lines[1]);
  assertEquals(sink.lines[2], "5");
});

Deno.test("what a sink that is not wanted any more has left at the end is counted to the last alert", async () => {
  const dead: string[] = [];
  const down = new Moody([unavailable]);
  const { delivery, send } = await start([
    wanted("a", "1", () => ({
      sink: down,
      retry: RETRY,
      limits: { batchSize: 2 },
      onDead: (alerts) => void dead.push(...alerts.map(({ line }) => line)),
    })),
  ]);
  send("1", "2", "3", "4", "5");
  await delivery.change({ targets: [] });
  await delivery.close(20);
  assertCounters(delivery, [{ name: "a", failed: 5, queued: 0 }]);
  assertEquals(dead.sort(), ["1", "2", "3", "4", "5"]);
});

Deno.test("what a sink that is not wanted any more could not bring out in its time is told", async () => {
  const dead: string[] = [];
  const { delivery, log, send } = await start([
    wanted("a", "1", () => ({
      sink: new Moody([unavailable]),
      retry: RETRY,
      onDead: (alerts) => void dead.push(...alerts.map(({ line }) => line)),
    })),
  ], { retireMs: 5 });
  send("1", "2", "3");
  await delivery.change({ targets: [] });
  const told = 'error Output "a" is gone, and 3 alerts that it still had are lost';
  while (!log.lines.includes(told)) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(dead.sort(), ["1", "2", "3"]);
  assertCounters(delivery, [{ name: "a", state: "removed", failed: 3, queued: 0 }]);
  await delivery.close();
});
