import { assert, assertEquals } from "../../tests/assert.ts";
import { exposition } from "./exposition.ts";
import { familiesOf } from "./families.ts";
import { promtoolFindings } from "../../tests/promtool.ts";
import { ALL_GROUPS, NO_GROUPS, ruleFacts, someReadings, syscallReading } from "./testing.ts";

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("exposition() has Falco's names and labels", () => {
  const text = exposition(familiesOf(someReadings(), ALL_GROUPS));
  for (
    const line of [
      'falcosecurity_falco_version_info{version="0.1.0"} 1',
      'falcosecurity_falco_sha256_rules_files_info{file_name="falco_rules.yaml",sha256="ab12"} 1',
      'falcosecurity_falco_sha256_config_files_info{file_name="falco.yaml",sha256="cd34"} 1',
      "falcosecurity_falco_outputs_queue_num_drops_total 1",
      "falcosecurity_falco_reload_timestamp_nanoseconds 1700000050000000000",
      'falcosecurity_falco_rules_matches_total{priority="4",rule_name="Read sensitive file",source="syscall",tag_T1555="true",tag_host="true"} 3',
      'falcosecurity_scap_engine_name_info{engine_name="modern_bpf",evt_source="syscall"} 1',
      'falcosecurity_falco_kernel_release_info{kernel_release="6.1.0"} 1',
      "falcosecurity_falco_start_timestamp_nanoseconds 1700000000000000000",
      "falcosecurity_falco_duration_seconds_total 100",
      'falcosecurity_evt_hostname_info{hostname="node-1"} 1',
      "falcosecurity_falco_host_boot_timestamp_nanoseconds 1600000000000000000",
      "falcosecurity_falco_host_num_cpus_total 2",
      "falcosecurity_falco_cpu_usage_ratio 0.025",
      "falcosecurity_falco_memory_rss_bytes 104857600",
      "falcosecurity_falco_memory_vsz_bytes 209715200",
      "falcosecurity_falco_memory_pss_bytes 52428800",
      "falcosecurity_falco_container_memory_used_bytes 104857600",
      "falcosecurity_falco_host_cpu_usage_ratio 0.1",
      "falcosecurity_falco_host_memory_used_bytes 1073741824",
      "falcosecurity_falco_host_procs_running_total 3",
      "falcosecurity_falco_host_open_fds_total 1000",
      "falcosecurity_scap_n_threads_total 20",
      "falcosecurity_scap_n_fds_total 0",
      "falcosecurity_scap_n_added_threads_total 25",
      "falcosecurity_scap_n_drops_full_threadtable_total 0",
      "falcosecurity_scap_n_evts_total 100",
      "falcosecurity_scap_n_drops_total 5",
      "falcosecurity_scap_n_drops_scratch_map_total 0",
      'falcosecurity_scap_n_drops_buffer_total{dir="exit",drop="clone_fork"} 0',
      'falcosecurity_scap_n_drops_buffer_total{dir="exit",drop="proc"} 0',
      'falcosecurity_scap_n_drops_buffer_total{dir="enter",drop="open"} 0',
      'falcosecurity_scap_n_evts_cpu_total{cpu="0"} 65',
      'falcosecurity_scap_n_drops_cpu_total{cpu="0"} 5',
      "falcosecurity_scap_on_sys_exit_run_cnt_total 10",
      "falcosecurity_scap_on_sys_exit_run_time_nanoseconds_total 905",
      "falcosecurity_scap_on_sys_exit_avg_time_nanoseconds 90",
      "falcosecurity_plugins_container_n_containers_total 2",
      "falcosecurity_plugins_container_n_missing_container_images_total 1",
    ]
  ) assert(lines(text).includes(line), `${line}\nis not in\n${text}`);
});

Deno.test("exposition() tells what outputs had nobody to write to for, none where there was somebody", () => {
  const [output] = someReadings().outputs;
  const outputs = [output!, { ...output!, name: "syslog", missed: 4 }];
  const text = exposition(familiesOf(someReadings({ outputs }), NO_GROUPS));
  assertEquals(lines(text).filter((line) => line.startsWith("falcod_output_missed_total")), [
    'falcod_output_missed_total{output="stdout"} 0',
    'falcod_output_missed_total{output="syslog"} 4',
  ]);
});

Deno.test("exposition() tells of groups only that are switched on", () => {
  const names = familiesOf(someReadings(), NO_GROUPS).map(({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("falcosecurity_scap")), [
    "falcosecurity_scap_engine_name_info",
  ]);
  assert(!names.includes("falcosecurity_falco_rules_matches_total"));
});

Deno.test("exposition() tells of a plugin's source what it counts, and not what the kernel does", () => {
  const audit = syscallReading({
    name: "k8s_audit",
    engineName: "source_plugin",
    counters: { requests: 4 },
    cpus: [],
    programs: [],
  });
  const text = exposition(familiesOf(someReadings({ sources: [audit] }), ALL_GROUPS));
  assert(text.includes('falcod_source_count_total{source="k8s_audit",counter="requests"} 4'), text);
  assert(!text.includes("falcosecurity_scap_n_evts_total"), text);
});

Deno.test("exposition() counts the rules of each source that is watched", () => {
  const rules = [
    ruleFacts("a"),
    ruleFacts("b"),
    ruleFacts("off", { enabled: false }),
    ruleFacts("c", { source: "k8s_audit" }),
  ];
  const sources = ["syscall", "k8s_audit", "okta"].map((name) => syscallReading({ name }));
  const text = exposition(familiesOf(someReadings({ rules, sources }), NO_GROUPS));
  assertEquals(lines(text).filter((line) => line.startsWith("falcod_rules")), [
    'falcod_rules{source="syscall"} 2',
    'falcod_rules{source="k8s_audit"} 1',
    'falcod_rules{source="okta"} 0',
  ]);
});

Deno.test("exposition() is read by Prometheus, whatever rules are called", async () => {
  const hostile = [
    'a "b" \\ c\nfalcod_alerts_total 9',
    "\ud800 lone",
    "nul \0 in it",
    "ü}{,=",
    "\u2028",
    "x".repeat(5000),
  ];
  const tags = ["a-b", "a_b", "", '"', "1", "\n", "__proto__", "ü"];
  const counts = new Map(hostile.map((name) => [name, 1]));
  const readings = someReadings({
    rules: hostile.map((name) => ruleFacts(name, { tags })),
    engine: { ...someReadings().engine, alertsByRule: counts },
    run: { ...someReadings().run, hostname: 'h"\n' },
    files: {
      rules: [{ path: "/a/x.yaml", sha256: "1" }, { path: "/b/x.yaml", sha256: "1" }],
      config: [],
    },
    sources: [syscallReading(), syscallReading({ name: "k8s_audit", engineName: "source_plugin" })],
  });
  const text = exposition(familiesOf(readings, ALL_GROUPS));
  const matches = lines(text).filter((line) => line.includes("rules_matches_total{"));
  assertEquals(matches.length, hostile.length);
  assertEquals(lines(text).filter((line) => line.startsWith("falcod_alerts_total")).length, 1);
  const findings = await promtoolFindings(text);
  assertEquals(findings?.filter((finding) => !finding.startsWith("falcosecurity_")) ?? [], []);
});
