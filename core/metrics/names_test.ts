import { assertEquals } from "../../tests/assert.ts";
import { fieldNamePart, labelName, metricName, prometheusName, prometheusValue } from "./names.ts";

Deno.test("prometheusName() takes the unit out of a name and puts Prometheus's behind it", () => {
  for (
    const [part, name, unit, expected] of [
      ["falco", "memory_rss_kb", "kibibytes", "falcosecurity_falco_memory_rss_bytes"],
      ["falco", "cpu_usage_perc", "percent", "falcosecurity_falco_cpu_usage_ratio"],
      ["falco", "duration_sec", "seconds_total", "falcosecurity_falco_duration_seconds_total"],
      [
        "falco",
        "start_ts",
        "timestamp_nanoseconds",
        "falcosecurity_falco_start_timestamp_nanoseconds",
      ],
      ["scap", "n_evts", "count", "falcosecurity_scap_n_evts_total"],
      [
        "scap",
        "a.run_time_ns",
        "nanoseconds_total",
        "falcosecurity_scap_a_run_time_nanoseconds_total",
      ],
      ["evt", "hostname", "info", "falcosecurity_evt_hostname_info"],
    ] as const
  ) assertEquals(prometheusName(part, name, unit), expected);
});

Deno.test("prometheusValue() is in the unit of the name", () => {
  assertEquals(prometheusValue(2, "kibibytes"), 2048);
  assertEquals(prometheusValue(25, "percent"), .25);
  assertEquals(prometheusValue(7n, "timestamp_nanoseconds"), 7n);
});

Deno.test("names of metrics, labels and fields are made of any text", () => {
  assertEquals(metricName("1 ü\n"), "_1_");
  assertEquals(labelName("tag_PCI DSS:10.2"), "tag_PCI_DSS_10_2");
  assertEquals(labelName('9{="'), "_9_");
  assertEquals(fieldNamePart("falco_rules.yaml"), "falco_rules_yaml");
});
