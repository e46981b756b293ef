/** "Watching falcod" of README.md as it is written there, but for the port; with audit events, which need no rights. */
import { assert, assertEquals } from "../assert.ts";
import { curl } from "../curl.ts";
import { freePort } from "../free_port.ts";
import { promtoolFindings } from "../promtool.ts";
import { Folder, root } from "./program.ts";
import { Running } from "./running.ts";

const section = /\n## Watching falcod\n([^]*?)\n## /.exec(
  Deno.readTextFileSync(`${root}README.md`),
)![1]!;
const [, yaml] = /```yaml\n([^]*?)```/.exec(section)!;
const [, commands] = /```sh\n([^]*?)```/.exec(section)!;

const RULES = `
- rule: Somebody asks
  desc: Any request
  source: k8s_audit
  condition: ka.verb = get
  output: somebody asks (user=%ka.user.name)
  priority: NOTICE
`;

const EVENT = {
  auditID: "1",
  stage: "ResponseComplete",
  verb: "get",
  user: { username: "alice" },
  stageTimestamp: "2026-01-31T12:00:00.000000Z",
};

interface Places {
  readonly own: string;
  readonly audit: string;
  /** The file of rules. */
  readonly rules: string;
}

/** falcod with the README's configuration, at ports of its own. */
async function withFalcod(body: (falcod: Running, places: Places) => Promise<void>, more = "") {
  const own = freePort(), audit = freePort();
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml": `${yaml!.replaceAll("8765", `${own}`)}
stdout_output: {enabled: true}
engine: {kind: nodriver}
plugins:
  - {name: k8saudit, library_path: libk8saudit.so, open_params: "http://127.0.0.1:${audit}/k8s-audit"}
${more}`,
  });
  const args = ["-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")];
  await using falcod = await Running.start(...args);
  await body(falcod, {
    own: `http://127.0.0.1:${own}`,
    audit: `http://127.0.0.1:${audit}/k8s-audit`,
    rules: folder.file("rules.yaml"),
  });
}

Deno.test("what README.md asks falcod about itself is answered", async () => {
  await withFalcod(async (_, { own }) => {
    const urls = commands!.trim().split("\n").map((line) =>
      /^curl http:\/\/127\.0\.0\.1:8765(\S+)/.exec(line)![1]!
    );
    assertEquals(urls, ["/healthz", "/versions", "/metrics"]);
    const [health, versions, metrics] = await Promise.all(urls.map((path) => curl(own + path)));
    assertEquals([health!.status, versions!.status, metrics!.status], [200, 200, 200]);
    const { status, sources } = JSON.parse(health!.body);
    assertEquals([status, sources], ["ok", [{ name: "k8s_audit", state: "running" }]]);
    assertEquals(JSON.parse(versions!.body).plugin_versions, {
      k8saudit: JSON.parse(versions!.body).falco_version,
    });
    assert(
      metrics!.body.includes(
        '\nfalcosecurity_scap_engine_name_info{engine_name="source_plugin",evt_source="k8s_audit"} 1\n',
      ),
      metrics!.body,
    );
    const findings = await promtoolFindings(metrics!.body) ?? [];
    assertEquals(findings.filter((finding) => !finding.startsWith("falcosecurity_")), []);
  });
});

Deno.test("a refused reload is told at /healthz until one is taken, and a warning only once", async () => {
  await withFalcod(async (falcod, { own, rules }) => {
    const health = async () => {
      const { status, body } = await curl(`${own}/healthz`);
      return [status, JSON.parse(body).status, JSON.parse(body).refusedReload];
    };
    const reload = async (text: string, said: string) => {
      const before = falcod.error.length;
      Deno.writeTextFileSync(rules, text);
      falcod.process.kill("SIGHUP");
      await falcod.until(() => falcod.error.indexOf(said, before) >= 0);
    };
    assertEquals(await health(), [200, "ok", undefined]);
    await reload(RULES.replace("ka.verb", "ka.vreb"), "The rules stay as they were");
    const [code, status, { at, reason }] = await health();
    assertEquals([code, status], [200, "ok"]);
    assert(Math.abs(Date.parse(at) - Date.now()) < 60_000, at);
    assertEquals(reason, `${rules}:5:14: unknown field "ka.vreb"`);
    await reload("", "The rules stay as they were");
    const [emptied, , refused] = await health();
    assertEquals([emptied, refused.reason], [
      200,
      "no rule would be left (1 is in effect); if that is meant, restart falcod: a start takes it",
    ]);
    await reload(RULES, "1 rule is in effect");
    assertEquals(await health(), [200, "ok", undefined]);
    assertEquals(falcod.error.match(/"no_such_key"/g)?.length, 1, falcod.error);
  }, "no_such_key: 1\nwatch_config_files: false\n");
});

Deno.test("metrics asked for without pause keep no audit event from being judged", async () => {
  await withFalcod(async (falcod, { own, audit }) => {
    const end = new AbortController();
    let answers = 0;
    const asking = Array.from({ length: 3 }, async () => {
      while (!end.signal.aborted) {
        const reply = await fetch(`${own}/metrics`);
        assertEquals(reply.status, 200);
        await reply.text();
        answers++;
      }
    });
    const items = Array.from({ length: 50 }, () => EVENT);
    const list = JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v1", items });
    const headers = { "content-type": "application/json" };
    for (let posted = 0; posted < 20; posted++) {
      const reply = await fetch(audit, { method: "POST", headers, body: list });
      assertEquals([reply.status, await reply.text()], [200, ""]);
    }
    end.abort();
    await Promise.all(asking);
    assert(answers > 0);
    const counted =
      '\nfalcosecurity_falco_rules_matches_total{priority="5",rule_name="Somebody asks",source="k8s_audit"} 1000\n';
    // The same numbers are shown for a moment, whoever asks.
    let body = "";
    for (let asked = 0; asked < 100 && !body.includes(counted); asked++) {
      ({ body } = await curl(`${own}/metrics`));
    }
    assert(body.includes(counted), body);
    assertEquals(await falcod.end(), 0, falcod.error);
    assertEquals(falcod.out.split("\n").length, 1001);
  });
});
