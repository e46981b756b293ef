/** What falcod tells of itself while it watches: fetched with curl, judged by promtool, as alerts and lines. */
import { assert, assertEquals } from "../assert.ts";
import { curl } from "../curl.ts";
import { freePort } from "../free_port.ts";
import { promtoolFindings } from "../promtool.ts";
import { kernelTest, withFalcod } from "./harness.ts";
import { summaryOf } from "./summary.ts";

const RULES = `
- rule: Cat "runs" in \\ a test
  desc: Whoever runs cat
  condition: evt.type = execve and evt.arg.res = 0 and proc.name = cat
  output: cat runs
  priority: NOTICE
  tags: [mitre-x, PCI_DSS_10.2]
- rule: Touched
  desc: Whoever changes the times of a file
  condition: evt.type = utimensat and proc.name = touch
  output: touched
  priority: NOTICE
- rule: Opened
  desc: Whoever opens a file of this test
  condition: evt.type in (open, openat) and fd.name startswith /etc/falcod-no-such-file and proc.pid = 1
  output: opened
  priority: NOTICE
`;

/** What promtool dislikes in names that are Falco's: they have to stay as they are. */
const FALCO_NAMES =
  /^falcosecurity_\w+ (?:use base unit "seconds" instead of "nanoseconds"|non-counter metrics should not have "_total" suffix)$/;

const served = (port: number) => [
  ...["-o", "webserver.enabled=true", "-o", "webserver.listen_address=127.0.0.1"],
  ...["-o", `webserver.listen_port=${port}`, "-o", "webserver.prometheus_metrics_enabled=true"],
  ...["-o", "metrics.enabled=true", "-o", "metrics.interval=300ms"],
  ...["-o", "metrics.kernel_event_counters_per_cpu_enabled=true"],
];

async function withRules(
  args: readonly string[],
  body: Parameters<typeof withFalcod>[1],
): Promise<void> {
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
  Deno.writeTextFileSync(file, RULES);
  try {
    await withFalcod({ rules: [file], args }, body);
  } finally {
    Deno.removeSync(file);
  }
}

/** The values of a name, by their labels. */
function valuesOf(text: string, name: string): ReadonlyMap<string, number> {
  const pattern = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, "gm");
  return new Map([...text.matchAll(pattern)].map((match) => [match[1] ?? "", Number(match[2])]));
}

kernelTest(
  "metrics are fetched with curl, and promtool finds nothing in what is ours",
  async () => {
    const port = freePort();
    await withRules(served(port), async (falcod) => {
      await falcod.alertsOf("cat /dev/null; cat /dev/null");
      // Whoever asks within a tenth of a second gets what the snapshot at the start has read.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { status, headers, body } = await curl(`http://127.0.0.1:${port}/metrics`);
      assertEquals([status, headers["content-type"]], [
        200,
        "text/plain; version=0.0.4; charset=utf-8",
      ]);
      const labels =
        'priority="5",rule_name="Cat \\"runs\\" in \\\\ a test",source="syscall",tag_PCI_DSS_10_2="true",tag_mitre_x="true"';
      assertEquals(valuesOf(body, "falcosecurity_falco_rules_matches_total").get(labels), 2, body);
      const value = (name: string) => [...valuesOf(body, name).values()][0]!;
      assert(value("falcosecurity_scap_n_evts_total") > 0);
      assert(value("falcosecurity_falco_memory_rss_bytes") > 1e7);
      assert(value("falcosecurity_scap_n_threads_total") > 0);
      assert(value("falcosecurity_falco_host_num_cpus_total") === navigator.hardwareConcurrency);
      assertEquals(valuesOf(body, "falcosecurity_scap_n_drops_buffer_total").size, 14);
      const cpus = valuesOf(body, "falcosecurity_scap_n_evts_cpu_total");
      const sum = [...cpus.values()].reduce((sum, events) => sum + events, 0);
      assert(sum >= value("falcosecurity_scap_n_evts_total"), `${sum}`);
      const size = valuesOf(body, "falcod_source_level")
        .get('source="syscall",level="ring_size_bytes.events"');
      assert(size! > 1e6, body);
      const findings = await promtoolFindings(body);
      assertEquals(findings?.filter((finding) => !FALCO_NAMES.test(finding)) ?? [], []);
      const health = await curl(`http://127.0.0.1:${port}/healthz`);
      assertEquals(JSON.parse(health.body).sources, [{ name: "syscall", state: "running" }]);
    });
  },
);

kernelTest("events that are lost show in the metrics, by category", async () => {
  const port = freePort();
  const args = [
    ...served(port),
    ...["-o", "engine.modern_ebpf.buf_size_preset=1", "-o", "engine.falcod.kernel_filter=false"],
  ];
  await withRules(args, async (falcod, stage) => {
    falcod.kill("SIGSTOP");
    await stage.run(
      `perl -e 'for (1 .. 60000) { open my $f, "<", "/etc/falcod-no-such-file-$_" }'`,
    );
    falcod.kill("SIGCONT");
    await falcod.settle();
    const { body } = await curl(`http://127.0.0.1:${port}/metrics`);
    const lost = valuesOf(body, "falcosecurity_scap_n_drops_buffer_total");
    assert(lost.get('dir="exit",drop="open"')! > 1000, body);
    assertEquals(
      valuesOf(body, "falcosecurity_scap_n_drops_total").get(""),
      [...lost.values()]
        .reduce((sum, one) => sum + one, 0),
    );
    assert(
      valuesOf(body, "falcod_source_drops_total").get('source="syscall",class="file"')! > 1000,
    );
  });
});

kernelTest("snapshots come as alerts and as lines of a file, with Falco's fields", async () => {
  const file = Deno.makeTempFileSync({ prefix: "falcod-stats-" });
  const args = [
    ...["-o", "metrics.enabled=true", "-o", "metrics.interval=300ms"],
    ...["-o", "metrics.output_rule=true", "-o", `metrics.output_file=${file}`],
  ];
  try {
    await withRules(args, async (falcod) => {
      await falcod.alertsOf("cat /dev/null");
      let fields: Readonly<Record<string, unknown>> = {};
      while (!("falco.rules.Cat_runs_in_a_test" in fields)) {
        const alert = await falcod.alert("Falco internal: metrics snapshot");
        assertEquals([alert.priority, alert.source, alert.output], [
          "Informational",
          "internal",
          "Falco metrics snapshot",
        ]);
        fields = alert.output_fields;
      }
      assertEquals(fields["falco.rules.Cat_runs_in_a_test"], 1);
      assertEquals(fields["evt.source"], "syscall");
      assertEquals(fields["scap.engine_name"], "modern_bpf");
      assert(Number(fields["scap.n_evts"]) > 0 && Number(fields["falco.memory_rss_mb"]) > 10);
      assertEquals((await falcod.stop()).code, 0);
    });
    const lines = Deno.readTextFileSync(file).trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ sample }) => sample), lines.map((_, index) => index + 1));
    assertEquals(lines[0].output_fields["evt.source"], "syscall");
  } finally {
    Deno.removeSync(file);
  }
});

kernelTest("being asked without pause delays no alert and loses none", async () => {
  const port = freePort();
  await withRules(served(port), async (falcod) => {
    const end = new AbortController();
    let asked = 0;
    const asking = Array.from({ length: 4 }, async () => {
      while (!end.signal.aborted) {
        const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
        await reply.text();
        asked++;
      }
    });
    const alerts = await falcod.alertsOf("for i in $(seq 200); do cat /dev/null; done");
    end.abort();
    await Promise.all(asking);
    assertEquals(alerts.filter(({ rule }) => rule.startsWith("Cat")).length, 200);
    assert(asked > 0);
    const { body } = await curl(`http://127.0.0.1:${port}/metrics`);
    assertEquals(valuesOf(body, "falcosecurity_scap_n_drops_total").get(""), 0);
  });
});

kernelTest(
  "a source that cannot start fails health checks, and what others see is seen",
  async () => {
    const port = freePort();
    const config = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
    Deno.writeTextFileSync(
      config,
      `
stdout_output: {enabled: true}
plugins: [{name: k8saudit, library_path: libk8saudit.so, open_params: /falcod-no-such-file}]
`,
    );
    try {
      await withRules([...served(port), "-c", config], async (falcod) => {
        const alert = await falcod.alert("Falco internal: event source failure");
        assertEquals([alert.priority, alert.output_fields["falcod.source"]], [
          "Critical",
          "k8s_audit",
        ]);
        assertEquals((await falcod.alertsOf("cat /dev/null")).length, 1);
        const { status, body } = await curl(`http://127.0.0.1:${port}/healthz`);
        const states = JSON.parse(body).sources.map(({ state }: { readonly state: string }) =>
          state
        );
        assertEquals([status, states], [503, ["running", "failed"]]);
        const metrics = (await curl(`http://127.0.0.1:${port}/metrics`)).body;
        assertEquals([...valuesOf(metrics, "falcod_source_up")], [
          ['source="syscall"', 1],
          ['source="k8s_audit"', 0],
        ]);
        const { code, log } = await falcod.stop();
        assert(code !== 0 && log.includes("falcod-no-such-file"), log);
      });
    } finally {
      Deno.removeSync(config);
    }
  },
);

// touch passes a descriptor and no path: linux v6.8 fs/utimes.c do_utimes_fd
kernelTest("a call without a path does not count as memory that could not be read", async () => {
  await withRules([], async (falcod) => {
    const alerts = await falcod.alertsOf("touch $(mktemp)");
    assertEquals(alerts.map(({ rule }) => rule), ["Touched"]);
    const { log } = await falcod.stop();
    assertEquals(summaryOf(log).get("syscall unreadable.file"), undefined, log);
  });
});
