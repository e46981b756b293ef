import { assert, assertEquals, assertObjectMatch, assertRejects } from "../../tests/assert.ts";
import { z } from "zod";
import { Report, SourceText } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import { defineField } from "../field/mod.ts";
import {
  type Plugin,
  type PluginEntry,
  Registry,
  SinkError,
  type SourceContext,
} from "../plugin/mod.ts";
import { loadRules, readRuleFile } from "../rule/mod.ts";
import { standardConfig } from "./config/schema.ts";
import type { Settings } from "./config/settings.ts";
import { silentLogger } from "./log.ts";
import { summaryLines } from "./summary.ts";
import { noContainers } from "./testing.ts";
import { watch } from "./watch.ts";

const fields = new Map([[
  "evt.num",
  defineField({
    name: "evt.num",
    type: "UINT64",
    summary: "Number of the event",
    extract: (event) => event.number,
  }),
]]);

const RULES = `
- rule: second event
  desc: for a test
  source: fake
  condition: evt.num = 2
  output: it is event %evt.num
  priority: NOTICE
`;

function ruleset() {
  const report = new Report();
  const file = readRuleFile(new SourceText("rules.yaml", RULES), report);
  const loaded = loadRules([file], {
    fieldsOf: (source) => source === "fake" ? fields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  assertEquals(report.diagnostics.filter(({ severity }) => severity === "error"), []);
  return loaded!;
}

function event(): Event {
  return {
    source: "fake",
    number: 0,
    type: 1,
    timeNs: 1n,
    clockNs: 1,
    cpu: 0,
    threadId: 0,
    processId: 0,
    result: undefined,
    compat: false,
    change: undefined,
    descriptor: undefined,
    hasResolvedView: false,
    param: () => undefined,
  };
}

interface Scene {
  readonly lines: string[];
  readonly ready: (readonly string[])[];
  isClosed: boolean;
}

/** Runs `watch` with a source that does what is given, a formatter of messages and a sink of lines. */
function play(
  source: (context: SourceContext) => Promise<void>,
  write: (lines: readonly string[]) => Promise<void> = () => Promise.resolve(),
) {
  const scene: Scene = { lines: [], ready: [], isClosed: false };
  const described = { summary: "", schema: z.object({}) };
  const plugins: Plugin[] = [
    {
      ...described,
      kind: "source",
      name: "fake",
      fields,
      create: () => ({
        name: "fake",
        run: (_needs, context) => source(context),
        update: () => {},
        counters: () => ({ "drops.file": 3, "drops.network": 0, "events.file": 9 }),
      }),
    },
    {
      ...described,
      kind: "formatter",
      name: "text",
      create: () => ({ format: (alert) => `${alert.hostname}: ${alert.message}` }),
    },
    {
      ...described,
      kind: "sink",
      name: "stdout",
      create: () => ({
        write: (batch) => {
          const lines = batch.map(({ line }) => line);
          scene.lines.push(...lines);
          return write(lines);
        },
        close: () => {
          scene.isClosed = true;
          return Promise.resolve();
        },
      }),
    },
  ];
  const entries: PluginEntry[] = plugins.map((plugin) => ({
    kind: plugin.kind,
    name: plugin.name,
    load: () => Promise.resolve({ default: plugin }),
  }));
  const settings: Settings = {
    rulePaths: [],
    sources: [{ kind: "source", name: "fake", config: {} }],
    formatter: { kind: "formatter", name: "text", config: {} },
    sinks: [{ kind: "sink", name: "stdout", config: {} }],
    containerEngines: [],
    containers: noContainers,
    metrics: undefined,
  };
  const running = watch({
    config: standardConfig(),
    settings,
    ruleset: ruleset(),
    registry: new Registry(entries),
    log: silentLogger,
    signal: new AbortController().signal,
    hostname: "here",
    unbuffered: false,
    onReady: (sources) => scene.ready.push(sources),
  });
  return { scene, running };
}

Deno.test("watch() carries an event to the sink as an alert and counts on the way", async () => {
  const { scene, running } = play((context) => {
    context.ready();
    for (let count = 0; count < 3; count++) context.deliver(event());
    return Promise.resolve();
  });
  const summary = await running;
  assertEquals(scene, { lines: ["here: it is event 2"], ready: [["fake"]], isClosed: true });
  assertObjectMatch(summary, { engine: { events: 3, alerts: 1, faults: 0 } });
  assertEquals(summaryLines(summary), [
    "falcod: stopped; 3 events, 1 alert",
    "  processes known: 0, threads: 0",
    '  alerts of "second event": 1',
    "  fake drops.file: 3",
    "  fake events.file: 9",
  ]);
});

Deno.test("watch() closes the sinks and passes on why a source could not start", async () => {
  const error = Object.assign(new Error("no BTF"), { code: "no-btf" });
  const { scene, running } = play(() => Promise.reject(error));
  await assertRejects(running, error);
  assert(scene.isClosed);
  assertEquals(scene.ready, []);
});

Deno.test("watch() delivers the alerts that came before a source broke", async () => {
  const { scene, running } = play((context) => {
    context.deliver(event());
    context.deliver(event());
    return Promise.reject(new Error("broken"));
  });
  await assertRejects(running, { message: "broken" });
  assertEquals(scene.lines, ["here: it is event 2"]);
});

Deno.test("watch() ends when the last sink is gone", async () => {
  const { scene, running } = play(async ({ deliver, signal }) => {
    deliver(event());
    deliver(event());
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }, () => Promise.reject(new SinkError("closed", "nobody reads")));
  const summary = await running;
  assertEquals([scene.lines.length, summary.outputsGone], [1, true]);
  assert(summaryLines(summary).includes("  no output is left that takes alerts"));
});
