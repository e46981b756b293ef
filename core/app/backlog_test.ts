import { assertEquals } from "../../tests/assert.ts";
import { Backlog } from "./backlog.ts";

class Sent {
  sent = 0;
  sentUnits = 0;
  queued = 0;
  flushed = 0;

  add(alerts: number, unitsOfEach = 100): void {
    this.sent += alerts;
    this.queued += alerts;
    this.sentUnits += alerts * unitsOfEach;
  }

  counters() {
    const { queued } = this;
    const none = { delivered: 0, dropped: 0, failed: 0, rejected: 0, expired: 0 };
    const state = "working" as const;
    return [{ name: "a", state, queued, ...none, retries: 0, repeated: 0, kept: 0 }];
  }

  flush(): Promise<boolean> {
    this.queued = 0;
    this.flushed++;
    return Promise.resolve(true);
  }
}

Deno.test("Backlog has a source wait when many alerts wait", async () => {
  const delivery = new Sent();
  const backlog = new Backlog({ delivery, capacity: 0 });
  let looks = 0;
  for (let event = 0; event < 3000; event++) {
    delivery.add(1);
    if (!backlog.isDue) continue;
    looks++;
    await backlog.settle();
  }
  assertEquals({ looks, flushed: delivery.flushed }, { looks: 11, flushed: 2 });
});

Deno.test("Backlog has a source wait for a few alerts with much text, and for small queues", async () => {
  const large = new Sent(), small = new Sent();
  const backlogs = [[large, 0], [small, 10]] as const;
  for (const [delivery, capacity] of backlogs) {
    const backlog = new Backlog({ delivery, capacity });
    for (let event = 0; event < 90; event++) {
      delivery.add(1, 100_000);
      if (backlog.isDue) await backlog.settle();
    }
  }
  assertEquals([large.flushed, small.flushed], [2, 15]);
});
