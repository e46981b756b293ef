import { assert, assertEquals } from "../../../tests/assert.ts";
import { promtoolFindings } from "../../../tests/promtool.ts";
import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { exposition } from "../../metrics/mod.ts";
import { SidekickCounters } from "./counters.ts";

const SETTINGS = {
  enrich: {
    customFields: new Map([["cluster.name", "c1"]]),
    templatedFields: new Map(),
    customTags: [],
    bracketReplacer: "",
    outputFormat: "",
  },
  extraLabels: ["proc.name", "not a label!", "rule"],
};
const FIELDS = new Map([["proc.name", "cat"], ["cluster.name", "c1"]]);

Deno.test("SidekickCounters has falcosidekick's names and labels", async () => {
  const counters = new SidekickCounters();
  for (const hostname of ["", "h", "h"]) {
    counters.accept(sampleAlert({ hostname, fields: FIELDS }), SETTINGS);
  }
  counters.reject();
  const families = counters.families([]);
  const [inputs, events] = families;
  assertEquals(inputs!.samples.map(({ value }) => value), [3, 1]);
  assertEquals(events!.samples, [
    {
      labels: {
        hostname: "unknown",
        rule: "open_from_cat",
        priority: "4",
        priority_raw: "warning",
        source: "syscall",
        k8s_ns_name: "",
        k8s_pod_name: "",
        cluster_name: "c1",
        proc_name: "cat",
      },
      value: 1,
    },
    { labels: { ...events!.samples[0]!.labels, hostname: "h" }, value: 2 },
  ]);
  assertEquals(await promtoolFindings(exposition(families)) ?? [], []);
});

Deno.test("SidekickCounters keeps a bounded number of bounded series, and counts them all", () => {
  const counters = new SidekickCounters();
  for (let index = 0; index < 10_003; index++) {
    const rule = index % 1000 === 0 ? `${"😀".repeat(1000)}` : "r";
    counters.accept(sampleAlert({ rule, hostname: String(index) }), SETTINGS);
  }
  const events = counters.families([]).at(-1)!;
  assertEquals(events.samples.length, 10_001);
  assertEquals(events.samples.at(-1), { labels: { rule: "(others)" }, value: 3 });
  for (const { labels } of events.samples) {
    for (const text of Object.values(labels)) assert(text.length <= 201 && text.isWellFormed());
  }
});

Deno.test("SidekickCounters keeps a bounded amount of labels", () => {
  const counters = new SidekickCounters();
  for (let index = 0; index < 10_000; index++) {
    const long = "規".repeat(190) + index;
    counters.accept(sampleAlert({ rule: long, hostname: long, source: long }), SETTINGS);
  }
  const families = counters.families([]);
  const events = families.at(-1)!;
  assertEquals(events.samples.reduce((sum, { value }) => sum + Number(value), 0), 10_000);
  assert(exposition(families).length < 3_000_000);
});

Deno.test("SidekickCounters has no series twice, whatever becomes of its letters", async () => {
  const counters = new SidekickCounters();
  for (const rule of ["\ud800", "\udc80", "\0", "\ufffd"]) {
    counters.accept(sampleAlert({ rule }), SETTINGS);
  }
  const families = counters.families([]);
  assertEquals(families.at(-1)!.samples.map(({ value }) => value), [4]);
  assertEquals(await promtoolFindings(exposition(families)) ?? [], []);
});
