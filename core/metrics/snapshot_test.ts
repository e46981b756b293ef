import { assert, assertEquals } from "../../tests/assert.ts";
import { ALL_GROUPS, NO_GROUPS, someReadings, syscallReading } from "./testing.ts";
import { type SnapshotOptions, Snapshots } from "./snapshot.ts";

const USUAL: SnapshotOptions = {
  groups: ALL_GROUPS,
  convertMemoryToMb: true,
  includeEmptyValues: false,
};

function take(options: Partial<SnapshotOptions> = {}) {
  const snapshots = new Snapshots({ ...USUAL, ...options });
  return Object.fromEntries(snapshots.take(syscallReading(), someReadings()));
}

Deno.test("Snapshots.take() has Falco's fields, sorted", () => {
  const fields = take();
  assertEquals(Object.keys(fields), Object.keys(fields).toSorted());
  for (
    const [name, value] of [
      ["evt.time", 1_700_000_100_000_000_000n],
      ["evt.hostname", "node-1"],
      ["evt.source", "syscall"],
      ["falco.version", "0.1.0"],
      ["falco.start_ts", 1_700_000_000_000_000_000n],
      ["falco.duration_sec", 100],
      ["falco.kernel_release", "6.1.0"],
      ["falco.host_boot_ts", 1_600_000_000_000_000_000n],
      ["falco.host_num_cpus", 2],
      ["falco.reload_ts", 1_700_000_050_000_000_000n],
      ["falco.outputs_queue_num_drops", 1],
      ["falco.sha256_rules_file.falco_rules_yaml", "ab12"],
      ["falco.sha256_config_file.falco_yaml", "cd34"],
      ["falco.num_evts", 90],
      ["falco.num_evts_prev", 0],
      ["falco.rules.matches_total", 3],
      ["falco.rules.Read_sensitive_file", 3],
      ["falco.cpu_usage_perc", 2.5],
      ["falco.memory_rss_mb", 100],
      ["falco.container_memory_used_mb", 100],
      ["falco.host_open_fds", 1000],
      ["falco.n_threads", 20],
      ["scap.engine_name", "modern_bpf"],
      ["scap.n_evts", 100],
      ["scap.n_drops", 5],
      ["scap.n_drops_perc", 5],
      ["scap.n_evts_cpu_0", 65],
      ["scap.on_sys_exit.run_cnt", 10],
      ["plugins.container.n_containers", 2],
    ] as const
  ) assertEquals(fields[name], value, name);
  assert(!("falco.n_fds" in fields) && !("falco.evts_rate_sec" in fields));
});

Deno.test("Snapshots.take() keeps what is empty, and memory as it is, when told to", () => {
  const fields = take({ includeEmptyValues: true, convertMemoryToMb: false });
  assertEquals(fields["falco.n_fds"], 0);
  assertEquals(fields["falco.rules.Never"], 0);
  assertEquals(fields["falco.memory_rss_kb"], 102400);
  assertEquals(fields["falco.container_memory_used_bytes"], 104857600);
  assertEquals(fields["scap.n_drops_buffer_connect_enter"], 0);
});

Deno.test("Snapshots.take() has rates from the second one on", () => {
  const snapshots = new Snapshots(USUAL);
  const first = someReadings();
  snapshots.take(syscallReading(), first);
  const later = { ...first, timeNs: first.timeNs + 10_000_000_000n };
  const counters = { "events.file": 290, "drops.file": 10 };
  const fields = snapshots.take(syscallReading({ events: 190, counters }), later);
  assertEquals(fields.get("falco.evts_rate_sec"), 10);
  assertEquals(fields.get("falco.num_evts_prev"), 90);
  assertEquals(fields.get("scap.evts_rate_sec"), 20);
  assertEquals(fields.get("scap.n_evts_prev"), 100);
  assertEquals(fields.get("scap.evts_drop_rate_sec"), .5);
  assertEquals(fields.get("scap.n_drops_perc"), 2.5);
});

Deno.test("Snapshots.take() holds what a source lost against what it delivered, also without classes", () => {
  const reading = syscallReading({
    name: "k8s_audit",
    events: 15,
    counters: { events: 15, "drops.malformed": 5 },
  });
  assertEquals(new Snapshots(USUAL).take(reading, someReadings()).get("scap.n_drops_perc"), 25);
});

Deno.test("Snapshots.take() leaves out groups that are off and what other sources do not have", () => {
  const without = take({ groups: NO_GROUPS });
  assert(!("scap.n_evts" in without) && !("falco.rules.matches_total" in without));
  assertEquals(without["scap.n_drops_perc"], 5);
  const audit = syscallReading({ name: "k8s_audit", engineName: "source_plugin", counters: {} });
  const fields = new Snapshots(USUAL).take(audit, someReadings());
  assert(!fields.has("scap.n_evts") && !fields.has("falco.n_threads"));
  assertEquals(fields.get("falco.cpu_usage_perc"), 2.5);
});

Deno.test("Snapshots.take() names the addresses of interfaces but the loopback", () => {
  const fields = new Snapshots(USUAL).take(syscallReading(), someReadings(), [
    { name: "lo", family: "IPv4", address: "127.0.0.1" },
    { name: "eth0", family: "IPv4", address: "10.0.0.1" },
    { name: "eth0", family: "IPv4", address: "10.0.0.2" },
  ]);
  const prefix = "falco.host_netinfo.interfaces";
  assertEquals(fields.get(`${prefix}.eth0.protocols.ipv4.addresses`), "10.0.0.1,10.0.0.2");
  assert(![...fields.keys()].some((name) => name.startsWith(`${prefix}.lo`)));
});
