import { assert, assertEquals } from "../../../tests/assert.ts";
import { ALL_GROUPS, someReadings, syscallReading } from "../../metrics/testing.ts";
import type { Alert } from "../../alert/mod.ts";
import type { MetricsSettings } from "../config/metrics.ts";
import { silentLogger } from "../log.ts";
import { takeSnapshots } from "./snapshots.ts";

const SETTINGS: MetricsSettings = {
  intervalMs: 1,
  outputRule: true,
  outputFile: "",
  groups: ALL_GROUPS,
  convertMemoryToMb: true,
  includeEmptyValues: false,
};

async function take(count: number, settings: Partial<MetricsSettings> = {}): Promise<Alert[]> {
  const alerts: Alert[] = [];
  const end = new AbortController();
  let reads = 0;
  const audit = syscallReading({ name: "k8s_audit", engineName: "source_plugin", counters: {} });
  await takeSnapshots({
    settings: { ...SETTINGS, ...settings },
    read: () => {
      if (++reads === count) end.abort();
      return Promise.resolve(someReadings({ sources: [syscallReading(), audit] }));
    },
    alert: (alert) => alerts.push(alert),
    log: silentLogger,
  }, end.signal);
  return alerts;
}

Deno.test("takeSnapshots() alerts for every source, as Falco does", async () => {
  const alerts = await take(2);
  assertEquals(alerts.map(({ fields }) => fields.get("evt.source")), [
    "syscall",
    "k8s_audit",
    "syscall",
    "k8s_audit",
  ]);
  const { rule, priority, source, message, hostname } = alerts[0]!;
  assertEquals([rule, priority, source, message, hostname], [
    "Falco internal: metrics snapshot",
    "Informational",
    "internal",
    "Falco metrics snapshot",
    "node-1",
  ]);
});

Deno.test("takeSnapshots() writes a line of JSON for every source, and counts the times", async () => {
  const outputFile = Deno.makeTempFileSync({ prefix: "falcod-stats-" });
  try {
    assertEquals(await take(2, { outputRule: false, outputFile }), []);
    const text = Deno.readTextFileSync(outputFile);
    const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ sample }) => sample), [1, 1, 2, 2]);
    assertEquals(lines[1].output_fields["evt.source"], "k8s_audit");
    assert(text.includes('"evt.time":1700000100000000000,'), "whole numbers stay whole");
  } finally {
    Deno.removeSync(outputFile);
  }
});

Deno.test("takeSnapshots() survives what goes wrong, and ends with the signal", async () => {
  const end = new AbortController();
  let reads = 0;
  const said: string[] = [];
  await takeSnapshots({
    settings: SETTINGS,
    read: () => {
      if (++reads === 2) end.abort();
      return Promise.reject(new Error("no"));
    },
    alert: () => {},
    log: { ...silentLogger, error: (message) => said.push(message) },
  }, end.signal);
  assertEquals(said.length, 2);
});

Deno.test("takeSnapshots() does nothing when nobody gets them", async () => {
  const never = new AbortController().signal;
  const settings = { ...SETTINGS, outputRule: false };
  const read = () => Promise.reject(new Error("asked"));
  await takeSnapshots({ settings, read, alert: () => {}, log: silentLogger }, never);
});
