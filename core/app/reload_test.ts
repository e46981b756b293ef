import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import type { Alert } from "../alert/mod.ts";
import { Report, SourceText } from "../base/mod.ts";
import { Registry } from "../plugin/mod.ts";
import type { Ruleset } from "../rule/mod.ts";
import { FileWatch, Marking } from "./_watch_files.ts";
import { emptyMapping } from "./config/tree.ts";
import { type Config, standardConfig } from "./config/schema.ts";
import type { Findings } from "./fresh_findings.ts";
import type { OutputSettings } from "./open_delivery.ts";
import { guestsOf } from "./guests.ts";
import { silentLogger } from "./log.ts";
import { keepRulesFresh, keysForRestart, Reloader } from "./reload.ts";
import type { Start } from "./start.ts";
import { noContainers } from "./testing.ts";

const text = new SourceText("rules.yaml", "- rule: a\n  oops: b\n");

function start(ruleset: Ruleset | undefined, config: Partial<Config> = {}): Start {
  const report = new Report();
  if (!ruleset) report.add({ code: "R001", title: 'unknown key "oops"', at: text.span(12, 16) });
  const wired = { kind: "formatter", name: "text", config: {} } as const;
  return {
    report,
    registry: new Registry([]),
    natives: [],
    packages: [],
    guests: guestsOf({ environment: () => undefined }),
    loaded: {
      config: { ...standardConfig(), watch_config_files: false, ...config },
      files: ["falco.yaml"],
      root: emptyMapping(text.all),
    },
    settings: {
      rulePaths: [],
      sources: [],
      formatter: wired,
      sinks: [],
      containerEngines: [],
      containers: noContainers,
      metrics: undefined,
      privileges: { drop: false, keep: [] },
    },
    sinkFaults: [],
    ruleset,
    ruleFiles: ["rules.yaml"],
    marks: new Map(),
  };
}

function ruleset(...enabled: readonly boolean[]): Ruleset {
  const rules = enabled.map((each) => ({ enabled: each, source: "syscall", at: text.all }));
  return { rules } as unknown as Ruleset;
}

function stage(load: () => Promise<Start>, first = start(ruleset())) {
  const used: Ruleset[] = [];
  const matching: string[] = [];
  const outputs: OutputSettings[] = [];
  const alerts: Alert[] = [];
  const warnings: string[] = [];
  const reports: Findings[] = [];
  const infos: string[] = [];
  const options = {
    start: first,
    load,
    tell: (found: Findings) => void reports.push(found),
    log: {
      ...silentLogger,
      warning: (message: string) => void warnings.push(message),
      info: (message: string) => void infos.push(message),
    },
    hostname: "here",
  };
  const running = {
    use: (ruleset: Ruleset, ruleMatching: string) => {
      used.push(ruleset);
      matching.push(ruleMatching);
    },
    changeOutputs: (next: OutputSettings) => Promise.resolve(void outputs.push(next)),
    alert: (alert: Alert) => void alerts.push(alert),
  };
  return { used, matching, outputs, alerts, warnings, infos, reports, options, running };
}

function withWarnings(start: Start, ...titles: readonly string[]): Start {
  for (const title of titles) start.report.add({ code: "R004", severity: "warning", title });
  return start;
}

Deno.test("Reloader puts the new rules in the place of the old", async () => {
  const next = ruleset();
  const other = { ...start(next), ruleFiles: ["other.yaml"] };
  const { used, alerts, options, running } = stage(() => Promise.resolve(other));
  const reloader = new Reloader(options, running);
  assertEquals(reloader.loaded.rules, ["rules.yaml"]);
  const before = reloader.counters.lastDoneNs;
  await reloader.request("a test");
  assert(used[0] === next);
  assertEquals([used.length, alerts.length], [1, 0]);
  assertEquals(reloader.loaded, { rules: ["other.yaml"], config: ["falco.yaml"] });
  assertObjectMatch(reloader.counters, { done: 1, refused: 0 });
  assert(reloader.counters.lastDoneNs >= before);
});

Deno.test("Reloader counts the new rules by the sources that are watched, as the start does", async () => {
  const first = start(ruleset());
  const sources = ["syscall", "k8s_audit"].map((name) => ({
    kind: "source" as const,
    name,
    config: {},
  }));
  const { infos, options, running } = stage(
    () => Promise.resolve(start(ruleset(true, true))),
    { ...first, settings: { ...first.settings, sources } },
  );
  await new Reloader(options, running).request("a test");
  assertEquals(
    infos.at(-1),
    "rules from rules.yaml: 2 rules are in effect: syscall with 2 rules, k8s_audit with 0 rules",
  );
});

Deno.test("Reloader keeps the rules when the new ones have mistakes, and alerts", async () => {
  const { used, alerts, reports, options, running } = stage(() =>
    Promise.resolve(start(undefined))
  );
  const reloader = new Reloader(options, running);
  const before = reloader.counters.lastDoneNs;
  await reloader.request("a test");
  assertEquals([used.length, reports.length], [0, 1]);
  assertObjectMatch(reloader.counters, { done: 0, refused: 1 });
  assertEquals(reloader.counters.lastDoneNs, before);
  assertObjectMatch(alerts[0]!, {
    rule: "Falco internal: hot restart failure",
    priority: "Critical",
    source: "internal",
    hostname: "here",
    message: 'Falco internal: hot restart failure: rules.yaml:2:3: unknown key "oops"',
  });
});

Deno.test("Reloader tells warnings once, not again at each reload", async () => {
  let next = withWarnings(start(ruleset()), "old", "older", "new");
  const { infos, reports, options, running } = stage(
    () => Promise.resolve(next),
    withWarnings(start(ruleset()), "old", "older"),
  );
  const reloader = new Reloader(options, running);
  const told = async () => {
    infos.length = 0;
    await reloader.request("a test");
    const titles = reports.at(-1)!.diagnostics.map(({ title }) => title);
    return [titles, infos.filter((line) => line.includes("told before"))];
  };
  assertEquals(await told(), [["new"], ["2 warnings told before still hold"]]);
  next = withWarnings(start(undefined), "old");
  const mistake = 'unknown key "oops"';
  assertEquals(await told(), [[mistake], ["1 warning told before still holds"]]);
  assertEquals(await told(), [[mistake], ["1 warning told before still holds"]]);
  next = withWarnings(start(ruleset()), "old", "older", "new");
  assertEquals(await told(), [[], ["3 warnings told before still hold"]]);
  next = start(ruleset());
  assertEquals(await told(), [[], []]);
  next = withWarnings(start(ruleset()), "old");
  assertEquals(await told(), [["old"], []]);
});

Deno.test("Reloader can say why the last reload was refused, until one is taken", async () => {
  let next = start(undefined);
  const { options, running } = stage(() => Promise.resolve(next));
  const reloader = new Reloader(options, running);
  assertEquals(reloader.refusal, undefined);
  const before = Date.now();
  await reloader.request("a test");
  assertEquals(reloader.refusal?.reason, 'rules.yaml:2:3: unknown key "oops"');
  assert(reloader.refusal!.at.getTime() >= before);
  next = { ...start(ruleset()), sinkFaults: ["nobody at https://me:secret@host/ answers"] };
  await reloader.request("outputs alone");
  assertEquals(
    reloader.refusal?.reason,
    "the outputs stay as they were: nobody at https://me:******@host/ answers",
  );
  next = start(ruleset());
  await reloader.request("all is well");
  assertEquals(reloader.refusal, undefined);
});

Deno.test("Reloader names the mistake that is printed first", async () => {
  const wrong = start(undefined);
  wrong.report.add({ code: "R012", title: "no priority", at: text.span(2, 6) });
  const { alerts, options, running } = stage(() => Promise.resolve(wrong));
  await new Reloader(options, running).request("a test");
  const reason = "rules.yaml:1:3: no priority (and 1 more)";
  assertEquals(alerts[0]!.message, `Falco internal: hot restart failure: ${reason}`);
});

Deno.test("Reloader survives a load that fails", async () => {
  const { alerts, options, running } = stage(() => Promise.reject(new Error("no\nmemory")));
  const reloader = new Reloader(options, running);
  await reloader.request("a test");
  assertEquals(alerts[0]?.message, "Falco internal: hot restart failure: no\\nmemory");
});

Deno.test("Reloader makes one more reload of all requests that come during one", async () => {
  let loads = 0;
  const { options, running } = stage(() => {
    loads++;
    return Promise.resolve(start(ruleset()));
  });
  const reloader = new Reloader(options, running);
  const first = reloader.request("first");
  for (let count = 0; count < 5; count++) reloader.request("more");
  await first;
  assertEquals(loads, 2);
});

Deno.test("Reloader says once what takes effect after a restart", async () => {
  const { warnings, options, running } = stage(() =>
    Promise.resolve(
      start(ruleset(true), {
        watch_config_files: true,
        priority: "Error",
      }),
    )
  );
  const reloader = new Reloader(options, running);
  await reloader.request("first");
  await reloader.request("second");
  assertEquals(warnings, ["changed, but only in effect after a restart: watch_config_files"]);
});

Deno.test("Reloader passes on where alerts go, and how they and the log look", async () => {
  let next = start(ruleset(true), { json_output: true, log_level: "debug" });
  const { outputs, warnings, options, running } = stage(() => Promise.resolve(next));
  const levels: string[] = [];
  const adaptLog = ({ log_level }: Config) => void levels.push(log_level);
  const reloader = new Reloader({ ...options, adaptLog }, running);
  await reloader.request("first");
  await reloader.request("second");
  assertEquals([levels, warnings], [["debug", "debug"], []]);
  assertEquals(outputs.map(({ config }) => config.json_output), [true, true]);
  next = start(undefined);
  await reloader.request("what is wrong changes nothing");
  assertEquals([outputs.length, levels.length], [2, 2]);
});

Deno.test("Reloader keeps outputs that work when others would not, and says why", async () => {
  const faults = ['"file_output.filename": no', '"sinks[0].tls.ca": no', '"sinks[1]": no'];
  const [known, ...fresh] = faults as [string, ...string[]];
  let next: Start = { ...start(ruleset(true)), sinkFaults: faults };
  const { used, outputs, alerts, options, running } = stage(
    () => Promise.resolve(next),
    { ...start(ruleset(true)), sinkFaults: [known] },
  );
  const reloader = new Reloader(options, running);
  await reloader.request("something new is wrong");
  const told = `the outputs stay as they were: ${fresh[0]} (and 1 more)`;
  assertEquals([used.length, outputs.length], [1, 0]);
  assertEquals(
    alerts.map(({ message }) => message),
    [`Falco internal: hot restart failure: ${told}`],
  );
  next = { ...next, sinkFaults: [known] };
  await reloader.request("what was wrong before is no worse now");
  assertEquals([used.length, outputs.length, alerts.length], [2, 1, 1]);
});

Deno.test("keysForRestart() leaves out what a reload reaches", () => {
  const before = standardConfig();
  const after = {
    ...before,
    rules_files: ["x.yaml"],
    json_output: !before.json_output,
    buffered_outputs: !before.buffered_outputs,
    watch_config_files: !before.watch_config_files,
  };
  assertEquals(keysForRestart(before, after), ["watch_config_files"]);
});

Deno.test("Reloader passes a changed rule_matching on", async () => {
  const { matching, warnings, options, running } = stage(() =>
    Promise.resolve(start(ruleset(true), { rule_matching: "all" }))
  );
  await new Reloader(options, running).request("a test");
  assertEquals([matching, warnings], [["all"], []]);
});

Deno.test("Reloader refuses a reload that would leave no rule, until one leaves some", async () => {
  let next = start(ruleset(false));
  const { used, alerts, options, running } = stage(
    () => Promise.resolve(next),
    start(ruleset(true, true)),
  );
  const reloader = new Reloader(options, running);
  await reloader.request("the file was emptied");
  const why =
    "no rule would be left (2 are in effect); if that is meant, restart falcod: a start takes it";
  assertEquals([used.length, reloader.counters.refused, reloader.refusal?.reason], [0, 1, why]);
  assertObjectMatch(alerts[0]!, {
    rule: "Falco internal: hot restart failure",
    priority: "Critical",
    source: "internal",
    message: `Falco internal: hot restart failure: ${why}`,
  });
  next = start(ruleset(true));
  await reloader.request("it was written again");
  assertEquals([used.length, alerts.length, reloader.refusal], [1, 1, undefined]);
});

Deno.test("Reloader takes no rules where a start had none either", async () => {
  const { used, alerts, options, running } = stage(() => Promise.resolve(start(ruleset(false))));
  await new Reloader(options, running).request("still nothing");
  assertEquals([used.length, alerts], [1, []]);
});

Deno.test("keepRulesFresh() reloads at SIGHUP and gives the signal back at the end", async () => {
  const stop = new AbortController();
  const { used, options, running } = stage(() => Promise.resolve(start(ruleset())));
  let hangup = () => {};
  let released = false;
  const onHangup = (callback: () => void) => {
    hangup = callback;
    return { release: () => void (released = true) };
  };
  const swapped = Promise.withResolvers<void>();
  const use = (ruleset: Ruleset) => {
    running.use(ruleset, "first");
    swapped.resolve();
  };
  const kept = keepRulesFresh({ ...options, onHangup }, { ...running, use }, stop.signal);
  assertObjectMatch(kept.counters(), { done: 0, refused: 0 });
  hangup();
  await swapped.promise;
  assertObjectMatch(kept.counters(), { done: 1, refused: 0 });
  stop.abort();
  await kept.ended;
  assertEquals([used.length, released], [1, true]);
});

Deno.test("Reloader takes in what was put there after the start had read its rules", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  try {
    const first = start(ruleset());
    const rulePaths = [{ path: folder, at: undefined, required: false }];
    const settings = { ...first.settings, rulePaths };
    const marking = new Marking();
    marking.add({ path: folder, use: "rules" });
    const { marks } = marking;
    const { options, running, used } = stage(
      () => Promise.resolve({ ...start(ruleset(true)), settings }),
      { ...first, settings, marks },
    );
    Deno.writeTextFileSync(`${folder}/late.yaml`, "[]");
    const reloader = new Reloader(options, running);
    const told = Promise.withResolvers<void>();
    using files = new FileWatch({
      everyMs: 5,
      settleMs: 5,
      changed: () => reloader.request("files have changed").then(told.resolve),
    });
    reloader.watch(files);
    await told.promise;
    assertEquals(used.length, 1);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
