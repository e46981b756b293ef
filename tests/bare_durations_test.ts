/** What is said of durations without a unit, by the keys of sinks as their plugins have them. */
import { warnOfBareDurations } from "../core/app/config/bare_durations.ts";
import { checkConfig } from "../core/app/config/check.ts";
import { checkSinks } from "../core/app/config/check_sinks.ts";
import { readConfigText } from "../core/app/config/load.ts";
import { sinksOf } from "../core/app/config/outputs.ts";
import { Report, SourceText } from "../core/base/mod.ts";
import { Registry } from "../core/plugin/mod.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { assertEquals } from "./assert.ts";

async function told(yaml: string) {
  const report = new Report();
  const registry = new Registry(builtinPlugins);
  const root = readConfigText(new SourceText("falco.yaml", yaml), {
    environment: () => undefined,
    report,
  })!;
  const loaded = { config: checkConfig(root, report), root, files: [] };
  const sinks = await checkSinks(sinksOf(loaded, { registry, report }), loaded, {
    registry,
    report,
  });
  await warnOfBareDurations(loaded, sinks, { registry, report });
  const found = report.diagnostics.filter(({ title }) => title.startsWith('"'));
  return found.map(({ code, title, help }) => `${code} ${/"(.+?)"/.exec(title)![1]}: ${help}`);
}

const sink = (keys: string) => `sinks: [{type: file, filename: /tmp/x, ${keys}}]\n`;

Deno.test("warnOfBareDurations() tells of seconds that were written as milliseconds", async () => {
  const seconds = (number: number) => `write ${number}s for seconds, ${number}ms for milliseconds`;
  assertEquals(await told("dedup: {window: 60}\n"), [`C066 dedup.window: ${seconds(60)}`]);
  assertEquals(await told(sink("timeout: 5, rotate: {max_age: 999}")), [
    `C066 sinks[0].timeout: ${seconds(5)}`,
    `C066 sinks[0].rotate.max_age: ${seconds(999)}`,
  ]);
});

Deno.test("warnOfBareDurations() leaves units, thousands, zeros and keys of Falco alone", async () => {
  const yaml = "dedup: {window: 0}\noutput_timeout: 60\ncapture: {default_duration: 500}\n";
  assertEquals(await told(yaml + sink("timeout: 500ms, retry: {first: 1000, most: 1m}")), []);
});

Deno.test("warnOfBareDurations() says nothing more of a duration that is too short", async () => {
  assertEquals(await told(sink("spool: {enabled: true, max_age: 7}")), [
    "C004 sinks[0].spool.max_age: write 7s if seconds are meant",
  ]);
});
