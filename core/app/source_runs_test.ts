import { assert, assertEquals, assertRejects } from "../../tests/assert.ts";
import type { Alert } from "../alert/mod.ts";
import type { Source } from "../plugin/mod.ts";
import { silentLogger } from "./log.ts";
import { SourceRuns } from "./source_runs.ts";

function source(name: string): Source {
  return { name, run: () => Promise.resolve(), update: () => {}, counters: () => ({}) };
}

function runsOf(...names: string[]) {
  const alerts: Alert[] = [], ready: (readonly string[])[] = [];
  const runs = new SourceRuns(names.map(source), {
    log: silentLogger,
    hostname: "here",
    alert: (alert) => alerts.push(alert),
    onReady: (sources) => ready.push(sources),
  });
  const states = () => runs.all().map(({ health }) => health.state);
  return { runs, alerts, ready, states };
}

Deno.test("SourceRuns.runAll() says once when all sources see events", async () => {
  const { runs, ready, states, alerts } = runsOf("a", "b");
  assertEquals(states(), ["starting", "starting"]);
  await runs.runAll((run, ready) => {
    ready();
    if (run.source.name === "b") assertEquals(states(), ["running", "running"]);
    return Promise.resolve();
  });
  assertEquals([ready, states(), alerts], [[["a", "b"]], ["ended", "ended"], []]);
});

Deno.test("SourceRuns.runAll() goes on with the others when a source breaks, and fails at the end", async () => {
  const { runs, alerts, ready, states } = runsOf("a", "b");
  const broken = Promise.withResolvers<void>(), end = Promise.withResolvers<void>();
  const running = runs.runAll((run, ready) => {
    ready();
    return run.source.name === "a" ? broken.promise : end.promise;
  });
  broken.reject(new Error("gone"));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(states(), ["failed", "running"]);
  assertEquals(runs.all()[0]!.health.detail, "gone");
  assertEquals(runs.all().map(({ run }) => run.failures), [1, 0]);
  assertEquals(ready, [["a", "b"]]);
  const [alert] = alerts;
  assertEquals([alert?.rule, alert?.priority, alert?.source], [
    "Falco internal: event source failure",
    "Critical",
    "internal",
  ]);
  assert(alert!.message.includes("nothing is seen any more of a, only of b: gone"));
  end.resolve();
  await assertRejects(() => running, Error);
  assertEquals([runs.wasReady, alerts.length], [true, 1]);
});

Deno.test("SourceRuns.runAll() is ready with those that could start", async () => {
  const { runs, ready, alerts } = runsOf("a", "b");
  await assertRejects(() =>
    runs.runAll(async (run, ready) => {
      if (run.source.name === "a") throw new Error("no rights");
      await Promise.resolve();
      ready();
    }), Error);
  assertEquals([ready, alerts.length], [[["b"]], 1]);
});

Deno.test("SourceRuns.runAll() has nothing to alert of when no source is left", async () => {
  const { runs, ready, alerts } = runsOf("a");
  await assertRejects(() => runs.runAll(() => Promise.reject(new Error("no rights"))), Error);
  assertEquals([ready, alerts, runs.wasReady], [[], [], false]);
});

Deno.test("SourceRuns.all() asks a running source how it fares", () => {
  const poorly: Source = { ...source("a"), health: () => ({ state: "failed", detail: "blind" }) };
  const runs = new SourceRuns([poorly], {
    log: silentLogger,
    hostname: "",
    alert: () => {},
    onReady: () => {},
  });
  assertEquals(runs.all()[0]!.health.state, "starting");
  void runs.runAll((_, ready) => {
    ready();
    assertEquals(runs.all()[0]!.health, { state: "failed", detail: "blind" });
    return Promise.resolve();
  });
});
