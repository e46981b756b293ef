import { assert, assertEquals, assertObjectMatch, assertRejects } from "../../tests/assert.ts";
import { curl } from "../../tests/curl.ts";
import { freePort } from "../../tests/free_port.ts";
import * as z from "zod";
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
import { type Config, standardConfig } from "./config/schema.ts";
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

type Run = (context: SourceContext) => Promise<void>;

interface PlayOptions {
  readonly config?: Partial<Config>;
  /** A second one, beside the source called "fake". */
  readonly other?: Run;
  readonly signal?: AbortSignal;
}

/** Runs `watch` with a source that does what is given, a formatter of messages and a sink of lines. */
function play(
  source: Run,
  write: (lines: readonly string[]) => Promise<void> = () => Promise.resolve(),
  { config, other, signal = new AbortController().signal }: PlayOptions = {},
) {
  const scene: Scene = { lines: [], ready: [], isClosed: false };
  const described = { summary: "", schema: z.object({}) };
  const sourcePlugin = (name: string, run: Run): Plugin => ({
    ...described,
    kind: "source",
    name,
    fields,
    create: () => ({
      name,
      run: (_needs, context) => run(context),
      update: () => {},
      counters: () => ({ "drops.file": 3, "drops.network": 0, "events.file": 9 }),
    }),
  });
  const plugins: Plugin[] = [
    sourcePlugin("fake", source),
    ...other ? [sourcePlugin("other", other)] : [],
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
    sources: ["fake", ...other ? ["other"] : []].map((name) => ({
      kind: "source",
      name,
      config: {},
    })),
    formatter: { kind: "formatter", name: "text", config: {} },
    sinks: [{ kind: "sink", name: "stdout", label: "stdout", config: {} }],
    containerEngines: [],
    containers: noContainers,
    metrics: undefined,
    privileges: { drop: false, keep: [] },
  };
  const running = watch({
    config: { ...standardConfig(), ...config },
    settings,
    ruleset: ruleset(),
    registry: new Registry(entries),
    log: silentLogger,
    signal,
    hostname: "here",
    unbuffered: false,
    onReady: async (sources) => {
      // Giving up privileges takes longer than a short file.
      await new Promise((resolve) => setTimeout(resolve, 20));
      scene.ready.push(sources);
    },
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
    "falcod: stopped; 3 events judged, 1 alert",
    "  processes known: 0, threads: 0",
    '  alerts of "second event": 1',
    "  fake counts records of the kernel, also those that only say what processes there are",
    "  fake drops.file: 3",
    "  fake events.file: 9",
    "  alerts: 1 of rules; 1 to stdout",
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

function served(port: number): Partial<Config> {
  const { webserver, metrics } = standardConfig();
  return {
    webserver: {
      ...webserver,
      enabled: true,
      listen_address: "127.0.0.1",
      listen_port: port,
      prometheus_metrics_enabled: true,
    },
    metrics: { ...metrics, enabled: true },
  };
}

async function ready(scene: Scene): Promise<void> {
  while (scene.ready.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

Deno.test("watch() serves health checks, which fail when a source has broken", async () => {
  const port = freePort();
  const end = new AbortController();
  const broken = Promise.withResolvers<void>();
  const { scene, running } = play(
    ({ ready, signal }) => (ready(), aborted(signal)),
    undefined,
    {
      config: served(port),
      other: ({ ready }) => (ready(), broken.promise),
      signal: end.signal,
    },
  );
  await ready(scene);
  const url = `http://127.0.0.1:${port}`;
  const well = await curl(`${url}/healthz`);
  assertEquals([well.status, JSON.parse(well.body).status], [200, "ok"]);
  broken.reject(Object.assign(new Error("the ring is gone"), { code: "gone" }));
  for (let state = ""; state !== "failed";) {
    state = JSON.parse((await curl(`${url}/healthz`)).body).sources[1].state;
  }
  const ill = await curl(`${url}/healthz`);
  assertEquals([ill.status, JSON.parse(ill.body).sources[1].detail], [503, "the ring is gone"]);
  const metrics = (await curl(`${url}/metrics`)).body;
  assert(metrics.includes('falcod_source_up{source="fake"} 1\n'), metrics);
  assert(metrics.includes('falcod_source_up{source="other"} 0\n'), metrics);
  assert((await curl("-X", "POST", `${url}/versions`)).status === 405);
  assertEquals((await curl("--head", `${url}/metrics`)).body.split("\r\n")[0], "HTTP/1.1 200 OK");
  assertEquals((await curl(`${url}/healthz/more`)).status, 404);
  end.abort();
  const summary = await running;
  assertObjectMatch(summary, { failure: { message: "the ring is gone" } });
  const { message } = await fetchFailure(url);
  assert(message !== "", "nothing listens any more");
  assert(scene.lines.some((line) => line.includes("nothing is seen any more of other")));
});

/** Why nobody answers. */
async function fetchFailure(url: string): Promise<{ readonly message: string }> {
  try {
    await (await fetch(`${url}/healthz`)).body?.cancel();
    return { message: "" };
  } catch (error) {
    return { message: String(error) };
  }
}

Deno.test("watch() ends, and says why, when its web server cannot listen", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  try {
    const { running, scene } = play(
      ({ ready, signal }) => (ready(), aborted(signal)),
      undefined,
      { config: served(port) },
    );
    const { failure } = await running;
    assertObjectMatch(failure as Error, {
      code: "listen-failed",
      help: "name another port: webserver.listen_port",
    });
    assertEquals(scene.ready, []);
  } finally {
    taken.close();
  }
});
