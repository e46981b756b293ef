import { assertEquals } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { checkConfig } from "./check.ts";
import { readConfigText } from "./load.ts";
import { metricsSettings } from "./metrics.ts";
import { webSettings } from "./webserver.ts";

function read(text: string) {
  const report = new Report();
  const source = new SourceText("falco.yaml", text);
  const root = readConfigText(source, { environment: () => undefined, report })!;
  const config = checkConfig(root, report);
  const metrics = metricsSettings({ config, root, files: [] }, report);
  const coded = (wanted: string): readonly string[] =>
    report.diagnostics.filter(({ severity }) => severity === wanted).map(({ code }) => code);
  return { metrics, web: webSettings(config), codes: coded("error"), warnings: coded("warning") };
}

Deno.test("metrics are off unless they are switched on, and then their mistakes are warnings", () => {
  for (const interval of ["nonsense", "5000", "99ms", "{a: b}"]) {
    const { metrics, codes, warnings } = read(`metrics: {interval: ${interval}}`);
    const isShape = interval.startsWith("{");
    assertEquals(metrics, undefined);
    assertEquals([codes, warnings], isShape ? [["C004"], []] : [[], ["C004"]], interval);
  }
  for (const right of ["", "metrics: {interval: 1h}", 'metrics: {interval: ""}']) {
    const { codes, warnings } = read(right);
    assertEquals([codes, warnings], [[], []], right);
  }
});

Deno.test("metrics without an interval are told as often as Falco's own falco.yaml says", () => {
  assertEquals(read("metrics: {enabled: true, output_rule: true}").metrics?.intervalMs, 3_600_000);
});

Deno.test("metrics want an interval with a unit, and somebody who gets them", () => {
  for (
    const [text, codes] of [
      ["interval: 1h, output_rule: true", []],
      ["interval: 100ms, output_file: /tmp/x", []],
      ["interval: 99ms, output_rule: true", ["C004"]],
      ["interval: 5000, output_rule: true", ["C004"]],
      ["output_rule: true", []],
      ["interval: 1h", ["C040"]],
    ] as const
  ) assertEquals(read(`metrics: {enabled: true, ${text}}`).codes, codes, text);
  const served = "webserver: {enabled: true, prometheus_metrics_enabled: true}";
  assertEquals(read(`metrics: {enabled: true, interval: 1h}\n${served}`).codes, []);
});

Deno.test("a folder of metrics that is not there is told at the start, not with the first line", () => {
  const { warnings } = read("metrics: {enabled: true, output_file: /not/there/metrics.jsonl}");
  assertEquals(warnings, ["C045"]);
  assertEquals(read("metrics: {enabled: true, output_file: metrics.jsonl}").warnings, []);
});

Deno.test("an interval longer than a timer can wait is the longest one can", () => {
  const { metrics } = read("metrics: {enabled: true, interval: 1y, output_rule: true}");
  assertEquals(metrics?.intervalMs, 2 ** 31 - 1);
});

Deno.test("counters per CPU bring those of all CPUs with them", () => {
  const { metrics } = read(
    "metrics: {enabled: true, interval: 1h, output_rule: true, kernel_event_counters_enabled: false, kernel_event_counters_per_cpu_enabled: true}",
  );
  assertEquals([metrics?.groups.kernel, metrics?.groups.perCpu], [true, true]);
});

Deno.test("the web server listens where Falco's does, with one file for both when it uses TLS", () => {
  assertEquals(read("json_output: true").web, undefined);
  assertEquals(read("webserver: {enabled: true}").web, {
    listen: { hostname: "0.0.0.0", port: 8765 },
    healthPath: "/healthz",
    prometheus: false,
  });
  const { web } = read(
    "webserver: {enabled: true, ssl_enabled: true, ssl_certificate: /x.pem, listen_address: '::1', prometheus_metrics_enabled: true}\nmetrics: {enabled: true, interval: 1h}",
  );
  assertEquals(web, {
    listen: {
      hostname: "::1",
      port: 8765,
      tls: { certificatePath: "/x.pem", keyPath: "/x.pem" },
    },
    healthPath: "/healthz",
    prometheus: true,
  });
});

Deno.test("endpoints of the web server are paths", () => {
  assertEquals(read("webserver: {enabled: true, k8s_healthz_endpoint: healthz}").codes, ["C004"]);
  assertEquals(read("webserver: {enabled: true, k8s_audit_endpoint: /a b}").codes, ["C004"]);
  assertEquals(read("webserver: {enabled: true, k8s_audit_endpoint: /k8s_audit}").codes, []);
});

Deno.test("metrics that nobody can fetch are told, and falcod starts as Falco does", () => {
  const enabled = "metrics: {enabled: true, interval: 1h}\n";
  const off = read(`${enabled}webserver: {prometheus_metrics_enabled: true}`);
  assertEquals([off.codes, off.warnings], [[], ["C040"]]);
  const without = read("webserver: {enabled: true, prometheus_metrics_enabled: true}");
  assertEquals([without.codes, without.warnings], [[], ["C040"]]);
});
