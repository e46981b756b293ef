import { type OutputValue, SinkError } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { formattedAlert, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

// deno-lint-ignore no-explicit-any -- a document of many parts
type Document = any;

const FOLDER = Deno.makeTempDirSync({ prefix: "falcod-policyreport-" });
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

function config(server: string) {
  const kubeconfig = `${FOLDER}/${new URL(server).port}`;
  const text = {
    contexts: [{ name: "a", context: { cluster: "b", user: "c", namespace: "falco" } }],
    clusters: [{ name: "b", cluster: { server } }],
    users: [{ name: "c", user: { token: "s3cr3t-t0ken" } }],
  };
  Deno.writeTextFileSync(kubeconfig, JSON.stringify(text));
  return { kubeconfig };
}

/** An API server that keeps reports, and gives those to be that are newer than what was sent. */
function apiServer(namespaces: readonly string[]) {
  const kept = new Map<string, Document>();
  const status = (code: number, kind: string, reason?: string) =>
    Response.json({
      kind: "Status",
      message: `no ${kind}, Bearer s3cr3t-t0ken`,
      details: { kind, ...reason && { causes: [{ reason }] } },
    }, { status: code });
  const answer = ({ method, path, headers, body }: Received): Response => {
    if (headers.get("authorization") !== "Bearer s3cr3t-t0ken") return status(401, "");
    const [, namespace, name] =
      /^\/apis\/wgpolicyk8s.io\/v1alpha2\/(?:namespaces\/([^/]+)\/)?(?:cluster)?policyreports(?:\/(.+))?$/
        .exec(path)!;
    const key = namespace ?? "";
    const report = kept.get(key);
    if (method === "GET") return report ? Response.json(report) : status(404, "policyreports");
    if (key === "ending") return status(403, "policyreports", "NamespaceTerminating");
    if (key !== "" && !namespaces.includes(key)) return status(404, "namespaces");
    const given = JSON.parse(body);
    assertEquals(given.metadata.name, name ?? given.metadata.name);
    const isMade = method === "POST";
    if (isMade ? report : report?.metadata.resourceVersion !== given.metadata.resourceVersion) {
      return status(409, "policyreports");
    }
    const resourceVersion = String(Number(given.metadata.resourceVersion ?? 0) + 1);
    kept.set(key, { ...given, metadata: { ...given.metadata, resourceVersion } });
    return Response.json(kept.get(key), { status: isMade ? 201 : 200 });
  };
  const server = httpReceiver();
  server.answer = answer;
  return { server, kept, answer };
}

function sinkTo(url: string, more: object = {}) {
  return plugin.create(plugin.schema.parse({ ...config(url), ...more }));
}

const inPod = (namespace: string, more: Readonly<Record<string, OutputValue>> = {}) => ({
  fields: new Map<string, OutputValue>([["k8s.ns.name", namespace], ...Object.entries(more)]),
});

/** Each alert of a report that was put in last. */
const added = ({ body, method }: Received) =>
  method === "GET" ? [] : [JSON.parse(body).results.at(-1).message.replace(/^\S+: \S+ /, "")];

testHttpSink(plugin, {
  config,
  messages: added,
  answer: ({ method }) => new Response(null, { status: method === "GET" ? 404 : 201 }),
  skips: {
    order: "a report has all alerts of a batch, and those before",
    long: "texts are cut to what a report takes",
    hostile: "texts are shown as people can read them",
  },
  mostBytes: 1_000_000,
  // Who asks for a report sends nothing.
  isText: true,
});

Deno.test("policyreport: an alert is a result, with what it is about", async () => {
  const { server, kept } = apiServer(["shop"]);
  await using _server = server;
  const sink = sinkTo(server.url);
  await sink.write([
    formattedAlert(inPod("shop", { "k8s.pod.name": "web-1", "proc.pid": 7n })),
    formattedAlert({
      ...inPod("shop"),
      source: "k8s_audit",
      priority: "Critical",
      message: "another",
      fields: new Map([
        ["ka.target.namespace", "shop"],
        ["ka.target.resource", "secrets"],
        ["ka.target.name", "keys"],
      ]),
    }),
    formattedAlert({ priority: "Notice" }),
  ]);
  await sink.close();
  const { results: [first, second], summary, ...report } = kept.get("shop");
  assertEquals(report, {
    apiVersion: "wgpolicyk8s.io/v1alpha2",
    kind: "PolicyReport",
    metadata: {
      name: "falco-policy-report",
      namespace: "shop",
      labels: { "app.kubernetes.io/managed-by": "falcod" },
      resourceVersion: "1",
    },
  });
  const { message, ...result } = first;
  assert(message.endsWith("Warning An open was seen (command=cat /dev/null)"), message);
  assertEquals(result, {
    policy: "syscall",
    rule: "open_from_cat",
    category: "SI - System and Information Integrity",
    source: "Falco",
    timestamp: { seconds: 1470327477, nanos: 881785348 },
    severity: "medium",
    result: "warn",
    properties: { "k8s.ns.name": "shop", "k8s.pod.name": "web-1", "proc.pid": "7" },
    resources: [{ apiVersion: "v1", kind: "Pod", name: "web-1", namespace: "shop" }],
  });
  assertEquals([second.severity, second.result, second.resources], [
    "critical",
    "fail",
    [{ apiVersion: "v1", kind: "Secret", name: "keys", namespace: "shop" }],
  ]);
  assertEquals(summary, { pass: 0, fail: 1, warn: 1, error: 0, skip: 0 });
  const cluster = kept.get("");
  assertEquals([cluster.kind, cluster.metadata.name, cluster.summary.skip], [
    "ClusterPolicyReport",
    "falco-cluster-policy-report",
    1,
  ]);
  assertEquals(cluster.results[0].resources, undefined);
});

Deno.test("policyreport: what is sent again is there once, and what others added stays", async () => {
  const { server, kept, answer } = apiServer(["shop"]);
  await using _server = server;
  const sink = sinkTo(server.url);
  await sink.write([formattedAlert(inPod("shop"))]);
  const report = kept.get("shop");
  const version = { ...report.metadata, resourceVersion: "9", annotations: { a: "b" } };
  let isFirst = true;
  server.answer = (request) => {
    const reply = answer(request);
    // Somebody writes between falcod's two requests.
    if (isFirst && request.method === "GET") {
      const other = { rule: "another's", result: "pass" };
      kept.set("shop", { ...report, metadata: version, results: [other, ...report.results] });
      isFirst = false;
    }
    return reply;
  };
  await sink.write([
    formattedAlert(inPod("shop")),
    formattedAlert({ ...inPod("shop"), message: "2" }),
  ]);
  await sink.close();
  const { results, summary, metadata } = kept.get("shop");
  assertEquals(results.map(({ rule }: Document) => rule), [
    "another's",
    "open_from_cat",
    "open_from_cat",
  ]);
  assertEquals([summary.pass, summary.warn, metadata.annotations], [1, 2, { a: "b" }]);
});

Deno.test("policyreport: a namespace that is gone has its alerts in that of falcod", async () => {
  const { server, kept } = apiServer(["falco", "other"]);
  await using _server = server;
  const pod = { "k8s.pod.name": "web-1" };
  for (
    const [namespace, more] of [["gone", {}], ["ending", { falco_namespace: "other" }]] as const
  ) {
    const sink = sinkTo(server.url, more);
    await sink.write([formattedAlert(inPod(namespace, pod))]);
    await sink.close();
  }
  for (const namespace of ["falco", "other"]) {
    assertEquals(kept.get(namespace).results[0].resources[0].namespace, namespace);
  }
  const sink = sinkTo(server.url, { falco_namespace: "none" });
  const error = await sink.write([formattedAlert(inPod("gone"))]).catch((error) => error);
  assertEquals([error.code, error.message], [
    "unavailable",
    'The API server has no namespace "none": set falco_namespace',
  ]);
  await sink.close();
});

Deno.test("policyreport: reports stay short, the oldest or the least severe go", async () => {
  const { server, kept } = apiServer(["shop"]);
  await using _server = server;
  const alerts = (["Error", "Debug", "Error", "Warning", "Debug"] as const).map((
    priority,
    index,
  ) => formattedAlert({ ...inPod("shop"), priority, rule: `${index}` }));
  const keptOf = async (more: object) => {
    kept.clear();
    const sink = sinkTo(server.url, more);
    await sink.write(alerts.slice(0, 2));
    await sink.write(alerts.slice(2));
    await sink.close();
    return kept.get("shop").results.map(({ rule }: Document) => rule).join("");
  };
  assertEquals(await keptOf({ max_events: 3 }), "234");
  assertEquals(await keptOf({ max_events: 3, prune_by_priority: true }), "023");
  const long = new Map<string, OutputValue>([["k8s.ns.name", "shop"]]);
  for (let index = 0; index < 90; index++) long.set(`f${index}`, "ü".repeat(900));
  const sink = sinkTo(server.url);
  const batch = Array.from(
    { length: 20 },
    (_, index) => formattedAlert({ fields: long, rule: `${index}` }),
  );
  await sink.write(batch);
  await sink.close();
  const { results } = kept.get("shop");
  assert(results.length > 3 && results.length < 10, `${results.length}`);
  assertEquals(results.at(-1).rule, "19");
});

Deno.test("policyreport: says what is missing in the cluster, and no secret", async () => {
  const { server, answer } = apiServer(["shop"]);
  await using _server = server;
  const failureWith = async (reply: (request: Received) => Response) => {
    server.answer = reply;
    const sink = sinkTo(server.url);
    const error = await sink.write([formattedAlert(inPod("shop"))]).catch((error) => error);
    await sink.close();
    assert(error instanceof SinkError, `${error}`);
    assert(!error.message.includes("s3cr3t"), error.message);
    return `${error.code} ${error.message}`;
  };
  const missing = () => new Response("404 page not found", { status: 404 });
  assert((await failureWith(missing)).includes("knows no policy reports"));
  const unlike = (status: number, body: string) => (request: Received) =>
    request.method === "GET" ? missing() : new Response(body, { status });
  assert((await failureWith(unlike(403, "Bearer s3cr3t-t0ken"))).includes("does not let falcod"));
  assert((await failureWith(unlike(409, "{}"))).includes("again and again"));
  for (const body of ["", "null", "<html>", "[1]", '{"a":']) {
    assertEquals(
      await failureWith(() => new Response(body)),
      "unavailable The answer of the API server about a report is not what is documented",
    );
  }
  server.answer = answer;
});

Deno.test("policyreport: an alert that is refused does not take the others along", async () => {
  const { server, kept, answer } = apiServer(["shop"]);
  await using _server = server;
  server.answer = (request) =>
    request.body.includes('"bad"') ? new Response("no", { status: 422 }) : answer(request);
  const sink = sinkTo(server.url);
  const batch = ["1", "2", "bad", "3"].map((rule, index) =>
    formattedAlert({ ...index > 0 && inPod("shop"), rule })
  );
  const error = await sink.write(batch).catch((error) => error);
  assertEquals([error.code, error.accepted, error.refused], ["rejected", 2, 1]);
  assertEquals(kept.get("shop").results.length, 1);
  await sink.close();
});

Deno.test("policyreport: alerts of a namespace go into its report together, in whatever order", async () => {
  const { server, kept } = apiServer(["shop", "bank"]);
  await using _server = server;
  const sink = sinkTo(server.url);
  await sink.write(
    ["shop", "bank", "shop", "bank", "shop"].map((namespace, index) =>
      formattedAlert({ ...inPod(namespace), rule: `${index}` })
    ),
  );
  await sink.close();
  assertEquals(server.received.map(({ method }) => method), ["GET", "POST", "GET", "POST"]);
  const rules = (namespace: string) =>
    kept.get(namespace).results.map(({ rule }: Document) => rule).join("");
  assertEquals([rules("shop"), rules("bank")], ["024", "13"]);
});

Deno.test("policyreport: a namespace that takes nothing does not keep the others from theirs", async () => {
  const { server, kept, answer } = apiServer(["full", "shop"]);
  await using _server = server;
  server.answer = (request) =>
    request.method !== "GET" && request.path.includes("/full/")
      ? new Response("quota", { status: 403 })
      : answer(request);
  const sink = sinkTo(server.url);
  const batch = ["full", "shop"].map((namespace) => formattedAlert(inPod(namespace)));
  for (let tries = 0; tries < 2; tries++) {
    const error = await sink.write(batch).catch((error) => error);
    assertEquals(error.code, "unavailable");
  }
  assertEquals(kept.get("shop").results.length, 1);
  await sink.close();
});

Deno.test("policyreport: what others filled a report with is passed over, or told", async () => {
  const { server, kept, answer } = apiServer(["shop"]);
  await using _server = server;
  const sink = sinkTo(server.url, { max_events: 10 });
  const metadata = { name: "falco-policy-report", resourceVersion: "1" };
  kept.set("shop", { metadata, results: Array.from({ length: 300_000 }, () => ({})) });
  await sink.write([formattedAlert({ ...inPod("shop"), rule: "mine" })]);
  assertEquals(kept.get("shop").results.length, 10);
  assertEquals(kept.get("shop").results.at(-1).rule, "mine");
  const deep = `{"metadata":{},"results":[{"properties":${"[".repeat(9000)}${"]".repeat(9000)}}]}`;
  server.answer = (request) => request.method === "GET" ? new Response(deep) : answer(request);
  const error = await sink.write([formattedAlert(inPod("shop"))]).catch((error) => error);
  assert(error instanceof SinkError, `${error}`);
  await sink.close();
});
