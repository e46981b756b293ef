import { assert, assertEquals } from "../assert.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import { Registry } from "../../core/plugin/mod.ts";
import { sampleAlert } from "../contract/formatter_suite.ts";
import { sidekickFile } from "../../core/app/sidekick/file.ts";
import { settingsOf } from "../../core/app/sidekick/settings.ts";

const registry = new Registry(builtinPlugins);

async function load(text: string, environment: Readonly<Record<string, string>> = {}) {
  const report = new Report();
  const source = new SourceText("config.yaml", text);
  const file = sidekickFile(source, { environment: (name) => environment[name], report })!;
  const { sinks } = await settingsOf(file, { registry, report });
  const sinkOf = (label: string) => {
    const sink = sinks.find((sink) => sink.label === label);
    assert(sink, `${label} is none of ${sinks.map(({ label }) => label)}`);
    return sink;
  };
  return {
    told: report.diagnostics.map(({ code, title }) => `${code} ${title}`),
    takes: (label: string, parts: object) =>
      sinkOf(label).options?.takes?.(sampleAlert(parts)) ?? true,
    limitsOf: (label: string) => sinkOf(label).options?.limits,
    configOf: (label: string) =>
      structuredClone(sinkOf(label).config) as Readonly<Record<string, unknown>>,
  };
}

Deno.test("settingsOf() has functions in a cluster called as falcosidekick calls them", async () => {
  const { told, configOf, takes } = await load(
    `
openfaas: {functionname: alerts, gatewayport: 31112, minimumpriority: error}
fission: {function: alerts, functionnamespace: ns, mutualtls: false, checkcert: false}
`,
    {
      KUBELESS_FUNCTION: "alerts",
      KUBELESS_NAMESPACE: "ns",
      KUBELESS_KUBECONFIG: "/etc/falco/none",
    },
  );
  assertEquals(told.map((text) => text.replace(/:.*/, "")), ['C045 "KUBELESS_KUBECONFIG"']);
  assertEquals(configOf("openfaas"), { function_name: "alerts", gateway_port: "31112" });
  assertEquals(takes("openfaas", { priority: "Warning" }), false);
  assertEquals(configOf("fission"), { function: "alerts", tls: { insecure: "true" } });
  assertEquals(configOf("kubeless"), {
    function: "alerts",
    namespace: "ns",
    kubeconfig: "/etc/falco/none",
  });
});

Deno.test("settingsOf() has policy reports written of what falcosidekick writes them", async () => {
  const { told, configOf, takes } = await load(
    "policyreport: {maxevents: 10, prunebypriority: true, kubeconfig: /dev/null}\n",
    { POLICYREPORT_ENABLED: "true", POLICYREPORT_FALCONAMESPACE: "falco" },
  );
  assertEquals(told.map((text) => text.replace(/:.*/, "")), ['C045 "policyreport.kubeconfig"']);
  assertEquals(configOf("policyreport"), {
    kubeconfig: "/dev/null",
    falco_namespace: "falco",
    max_events: "10",
    prune_by_priority: "true",
  });
  assertEquals(
    ["syscall", "k8s_audit", "okta"].map((source) => takes("policyreport", { source })),
    [true, true, false],
  );
});

Deno.test("settingsOf() counts by the fields that falcosidekick adds, in OpenTelemetry's metrics", async () => {
  const { told, configOf } = await load(`
customfields: {env: prod}
otlp:
  metrics: {endpoint: "http://o:4318", extraattributes: "proc.name, fd.name", headers: "a=b"}
  metricz: {endpoint: "http://o:4318"}
`);
  assertEquals(told, ['C003 unknown key "metricz" in "otlp"']);
  assertEquals(configOf("otlpmetrics"), {
    endpoint: "http://o:4318",
    extra_attributes: ["proc.name", "fd.name", "env"],
    headers: { a: "b" },
  });
});

Deno.test("settingsOf() has rows in the table of falcosidekick's users, with fields it adds", async () => {
  const { told, configOf } = await load(
    "customfields: {env: prod}\ntemplatedfields: {team: '{{ .env }}'}\n",
    { TIMESCALEDB_HOST: "db.example.org", TIMESCALEDB_PASSWORD: "s3cr3t" },
  );
  assertEquals(told, []);
  assertEquals(configOf("timescaledb"), {
    address: "db.example.org:5432",
    user: "postgres",
    password: "s3cr3t",
    database: "falcosidekick",
    table: "falcosidekick_events",
    field_columns: ["env", "team"],
  });
  const { configOf: own } = await load(
    'timescaledb: {host: "::1", port: 6432, user: u, database: d, hypertablename: falco.events}\n',
  );
  const { address, user, database, table } = own("timescaledb");
  assertEquals([address, user, database, table], ["[::1]:6432", "u", "d", "falco.events"]);
});

Deno.test("settingsOf() writes to Wavefront itself or to its proxy, and to Spyderbat", async () => {
  const addressWith = async (text: string) => {
    const { told, configOf } = await load(`wavefront: {${text}}\n`);
    return told.length > 0 ? told : configOf("wavefront");
  };
  assertEquals(
    await addressWith(
      "endpointtype: direct, endpointhost: w.example.org, endpointtoken: t, batchsize: 5",
    ),
    { token: "t", address: "https://w.example.org" },
  );
  const proxies = { p: "http://p:2878", "http://p": "http://p:2878", "http://p:1": "http://p:1" };
  for (const [host, address] of Object.entries(proxies)) {
    assertEquals(await addressWith(`endpointtype: proxy, endpointhost: "${host}"`), { address });
  }
  assertEquals(await addressWith("endpointtype: x, endpointhost: p"), [
    'C004 "wavefront.endpointtype" wants direct or proxy, found "x"',
  ]);
  const { told, configOf } = await load("", { SPYDERBAT_ORGUID: "o", SPYDERBAT_APIKEY: "k" });
  assertEquals(told, []);
  assertEquals(configOf("spyderbat"), { org_uid: "o", api_key: "k", source: "falcosidekick" });
});

Deno.test("settingsOf() fills the lake when falcosidekick would", async () => {
  const lake = "bucket: lake, region: r, accountid: '1', prefix: ext/falco";
  const limits = async (more: string) => {
    const { told, limitsOf } = await load(`aws: {region: other, securitylake: {${lake}${more}}}\n`);
    assertEquals(told, []);
    const { batchSize, gatherMs } = limitsOf("awssecuritylake")!;
    return [batchSize, gatherMs];
  };
  assertEquals(await limits(""), [1000, 300_000]);
  assertEquals(await limits(", interval: 1, batchsize: 20"), [20, 300_000]);
  assertEquals(await limits(", interval: 7, batchsize: 20000"), [10_000, 420_000]);
  assertEquals(await limits(", interval: 90"), [1000, 3_600_000]);
  const { told, configOf } = await load(`aws: {region: other, securitylake: {${lake}}}\n`);
  const { region, account_id, instance_metadata } = configOf("awssecuritylake");
  assertEquals([region, account_id, instance_metadata], ["r", "1", "true"]);
  assertEquals(told, []);
  const wrong = await load(`aws: {securitylake: {${lake}, interval: 5m, batchsize: 0}}\n`);
  assertEquals(wrong.told, [
    'C004 "aws.securitylake.interval" wants a number of minutes, found "5m"',
    'C004 "aws.securitylake.batchsize" wants a number from 1, found "0"',
  ]);
});

Deno.test("settingsOf() has NATS Streaming keep what falcosidekick's stan publishes", async () => {
  const { told, configOf } = await load(
    "stan: {hostport: stan://user:secret@n:4223, clusterid: c, clientid: falco, checkcert: false}\n",
  );
  assertEquals(told, []);
  const { password: _, ...config } = configOf("stan");
  assertEquals(config, {
    host_port: "n:4223",
    user: "user",
    cluster_id: "c",
    client_id: "falco",
    tls: { insecure: "true" },
  });
});

Deno.test("settingsOf() has the path of Alertmanager that there is for the one that is gone", async () => {
  const endpointFor = async (endpoint: string) => {
    const environment = { ALERTMANAGER_HOSTPORT: "http://a:9093", ALERTMANAGER_ENDPOINT: endpoint };
    const { configOf } = await load("", environment);
    return configOf("alertmanager")["endpoint"];
  };
  assertEquals(await endpointFor("/api/v1/alerts"), "/api/v2/alerts");
  assertEquals(await endpointFor(""), undefined);
  assertEquals(await endpointFor("/mimir/api/v1/alerts"), "/mimir/api/v1/alerts");
});

Deno.test("settingsOf() sends workflows of Teams the cards that they take", async () => {
  const cardFor = async (address: string) => {
    const { configOf } = await load(`teams: {webhookurl: "${address}"}\n`);
    return configOf("teams")["card"];
  };
  for (
    const workflow of [
      "https://prod-01.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=s",
      "https://default1.9.environment.api.powerplatform.com/powerautomate/automations/direct/1?sig=s",
    ]
  ) assertEquals(await cardFor(workflow), "adaptive_card", workflow);
  for (const other of ["https://x.webhook.office.com/webhookb2/1", "http://proxy.example/teams"]) {
    assertEquals(await cardFor(other), "message_card", other);
  }
});
