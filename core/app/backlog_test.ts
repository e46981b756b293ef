import { assert, assertEquals } from "../../tests/assert.ts";
import { Backlog } from "./backlog.ts";

const { signal } = new AbortController();

class Sent {
  sent = 0;
  sentUnits = 0;
  queued = 0;
  settledTimes = 0;
  looks = 0;

  add(alerts: number, unitsOfEach = 100): void {
    this.sent += alerts;
    this.queued += alerts;
    this.sentUnits += alerts * unitsOfEach;
  }

  counters() {
    this.looks++;
    const { queued } = this;
    const none = { delivered: 0, dropped: 0, failed: 0, rejected: 0, expired: 0 };
    const state = "working" as const;
    return [{ name: "a", state, queued, ...none, retries: 0, repeated: 0, kept: 0 }];
  }

  settledWhileMoving(_timeoutMs?: number, _signal?: AbortSignal): Promise<boolean> {
    this.queued = 0;
    this.settledTimes++;
    return Promise.resolve(true);
  }
}

Deno.test("Backlog has a source wait when many alerts wait", async () => {
  const delivery = new Sent();
  const backlog = new Backlog({ delivery, capacity: 0, isRecorded: true, signal });
  let looks = 0;
  for (let event = 0; event < 3000; event++) {
    delivery.add(1);
    if (!backlog.isDue) continue;
    looks++;
    await backlog.settle();
  }
  assertEquals([looks, delivery.settledTimes], [11, 2]);
});

Deno.test("Backlog looks at outputs only when there are alerts that it has not seen", async () => {
  const delivery = new Sent();
  let looks = 0;
  const counters = () => (looks++, Sent.prototype.counters.call(delivery));
  const backlog = new Backlog({
    delivery: Object.assign(delivery, { counters }),
    capacity: 0,
    isRecorded: true,
    signal,
  });
  for (let turn = 0; turn < 10; turn++) {
    if (turn % 5 === 0) delivery.add(1);
    await backlog.settle();
  }
  assertEquals(looks, 2);
});

Deno.test("Backlog has a source wait for a few alerts with much text, and live for small queues", async () => {
  const large = new Sent(), small = new Sent(), smallLive = new Sent();
  const waits = [];
  for (const [delivery, capacity, units] of [[large, 0, 100_000], [small, 10, 1]] as const) {
    const backlog = new Backlog({ delivery, capacity, isRecorded: true, signal });
    for (let event = 0; event < 90; event++) {
      delivery.add(1, units);
      if (backlog.isDue) await backlog.settle();
    }
    waits.push(delivery.settledTimes);
  }
  const live = new Backlog({
    delivery: smallLive,
    capacity: 10,
    isRecorded: false,
    signal,
    patienceMs: 1,
  });
  smallLive.add(3);
  assertEquals([waits, live.isDue], [[2, 0], true]);
});

Deno.test("Backlog waits no more when the run is to end", async () => {
  const delivery = new Sent(), stop = new AbortController();
  delivery.settledWhileMoving = (_timeoutMs, signal) =>
    new Promise((resolve) => signal?.addEventListener("abort", () => resolve(false)));
  const backlog = new Backlog({ delivery, capacity: 0, isRecorded: true, signal: stop.signal });
  delivery.add(5000);
  const waiting = backlog.settle();
  stop.abort();
  await waiting;
});

Deno.test("Backlog has a recording wait once for an output of which nothing goes on", async () => {
  const delivery = new Sent();
  delivery.settledWhileMoving = () => Promise.resolve(++delivery.settledTimes === 0);
  const backlog = new Backlog({ delivery, capacity: 0, isRecorded: true, signal });
  for (let event = 0; event < 5000; event++) {
    delivery.add(1, 10_000);
    await backlog.settle();
  }
  assertEquals(delivery.settledTimes, 1);
});

Deno.test("Backlog has what happens now wait once for an output that hangs, and then no more", async () => {
  const delivery = new Sent();
  const backlog = new Backlog({
    delivery,
    capacity: 0,
    isRecorded: false,
    signal,
    patienceMs: 100,
  });
  let waits = 0;
  const events = async (count: number) => {
    for (let event = 0; event < count; event++) {
      delivery.add(1, 10_000);
      const { looks } = delivery;
      await backlog.settle();
      // Who waits looks again; who does not looks whether it should, and at whom.
      if (delivery.looks - looks > 2) waits++;
    }
  };
  await events(5000);
  assertEquals(waits, 1);
  delivery.queued = 10; // it works again
  await events(2000);
  assertEquals(waits, 2);
});

Deno.test("Backlog has what happens now wait for an output that works", async () => {
  const delivery = new Sent();
  const backlog = new Backlog({
    delivery,
    capacity: 0,
    isRecorded: false,
    signal,
    patienceMs: 60_000,
  });
  delivery.add(1001);
  let isOut = false;
  const settled = backlog.settle()!.then(() => assert(isOut));
  await new Promise((resolve) => setTimeout(resolve, 20));
  isOut = true;
  delivery.queued = 0;
  await settled;
});
