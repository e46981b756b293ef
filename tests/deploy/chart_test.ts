/**
 * The chart, rendered without Helm and held against the schemas of Kubernetes; where a helm is there (HELM, or
 * on PATH), against what it makes of the chart, too.
 */
import { parse, parseAllDocuments } from "yaml";
import { ConfigMap, Namespace, Service, ServiceAccount } from "kubernetes-models/v1";
import { DaemonSet, Deployment } from "kubernetes-models/apps/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { chartNotes, type ChartOptions, renderChart } from "../../scripts/deploy/render_chart.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { falcod, root } from "../cli/program.ts";

const CHART = `${root}scripts/deploy/helm/falcod`;
const AUDIT = readValues(`${CHART}/values-k8s-audit.yaml`);
const EVERYTHING = {
  customRules: { "mine.yaml": "- list: mine\n  items: [a]\n" },
  certs: { existingSecret: "certificates" },
  extra: {
    env: [{ name: "A", value: "b" }],
    envFrom: [{ secretRef: { name: "falcod" } }],
    args: ["-U"],
    initContainers: [{ name: "first", image: "busybox" }],
  },
  mounts: {
    volumes: [{ name: "more", emptyDir: {} }],
    volumeMounts: [{ name: "more", mountPath: "/more" }],
  },
  serviceAccount: { annotations: { a: "b" } },
  serviceMonitor: { create: true, labels: { release: "prometheus" } },
  networkPolicy: { create: true, from: [{ podSelector: {} }] },
  nodeSelector: { "kubernetes.io/os": "linux" },
  affinity: { nodeAffinity: {} },
  imagePullSecrets: [{ name: "registry" }],
  podPriorityClassName: "system-node-critical",
  podSecurityContext: { fsGroup: 0 },
  podAnnotations: { a: "b" },
  podLabels: { team: "security" },
  controller: { labels: { a: "b" }, annotations: { a: "b" } },
  collectors: { crio: { enabled: false }, docker: { socket: "/run/containerd/other.sock" } },
  services: [{ name: "audit", ports: [{ name: "audit", port: 9765 }], annotations: { a: "b" } }],
  metrics: { service: { labels: { a: "b" }, annotations: { a: "b" } } },
  falco: { webserver: { ssl_enabled: true } },
  fullnameOverride: "watcher",
  namespaceOverride: "security",
};
/** What somebody may have who comes from Falco: the names of its chart, and the places of its image. */
const OF_FALCO = {
  driver: { kind: "module", modernEbpf: { bufSizePreset: 6 }, loader: { enabled: true } },
  collectors: {
    containerEngine: {
      enabled: true,
      labelMaxLen: 200,
      engines: {
        cri: { enabled: true, sockets: ["/run/crio/crio.sock", "/run/k0s/containerd.sock"] },
        docker: { enabled: false, sockets: ["/odd/docker.sock"] },
      },
    },
    kubernetes: { enabled: true },
  },
  metrics: { enabled: true, interval: "15m", outputRule: true, rulesCountersEnabled: false },
  falcoctl: { artifact: { install: { enabled: true } } },
  certs: {
    existingSecret: "certificates",
    existingClientSecret: "client",
    server: { crt: "", key: "" },
    client: { crt: "c" },
  },
  customRules: { "mine.yaml": "- list: mine\n  items: [a]\n" },
  extra: { env: [{ name: "FALCO_HOSTNAME", value: "mine" }] },
  falco: {
    rules_files: ["/etc/falco/falco_rules.yaml", "/etc/falco/rules.d"],
    plugins: [{ name: "json", library_path: "libjson.so" }],
    load_plugins: ["json"],
    metrics: { output_rule: false },
  },
};
const OPENSHIFT = "security.openshift.io/v1";
const CASES: Readonly<Record<string, ChartOptions>> = {
  "the standard values": {},
  "another name": { name: "prod", namespace: "security" },
  "Kubernetes 1.25": { kubernetes: "1.25.0" },
  "the audit log alone": { name: "falcod-audit", values: [AUDIT] },
  "everything that there is to set": { values: [EVERYTHING] },
  "values of Falco's chart": { values: [OF_FALCO] },
  "OpenShift": { namespace: "security", apis: [OPENSHIFT] },
  "no web server": { values: [{ falco: { webserver: { enabled: false } } }] },
  "no persistence, no driver": {
    values: [{ persistence: { enabled: false }, driver: { enabled: false } }],
  },
  "a network policy for nobody": { values: [{ networkPolicy: { create: true } }] },
  "Elasticsearch": { values: [readValues(`${root}scripts/deploy/efk/values.yaml`)] },
};

type Manifest = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: { readonly name: string };
};
// deno-lint-ignore no-explicit-any -- the packages' classes have constructors of many shapes
const MODELS: Readonly<Record<string, new (data: any) => { validate(): void }>> = {
  ConfigMap,
  DaemonSet,
  Deployment,
  Namespace,
  NetworkPolicy,
  Service,
  ServiceAccount,
};

function readValues(path: string): Record<string, unknown> {
  return parse(Deno.readTextFileSync(path)) as Record<string, unknown>;
}

function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    assertEquals(document.errors, []);
    return document.toJS() as Manifest | null;
  }).filter((manifest) => manifest !== null);
}

for (const [what, options] of Object.entries(CASES)) {
  Deno.test(`the chart with ${what} makes objects that Kubernetes knows`, () => {
    const manifests = manifestsIn(renderChart(options));
    const kinds = manifests.map(({ kind }) => kind);
    assert(kinds.includes("ConfigMap") && kinds.includes("ServiceAccount"));
    assert(kinds.includes("DaemonSet") !== kinds.includes("Deployment"));
    for (const manifest of manifests) {
      // Prometheus's operator and OpenShift bring the schemas of these along.
      if (["ServiceMonitor", "SecurityContextConstraints"].includes(manifest.kind)) continue;
      const Model = MODELS[manifest.kind];
      assert(Model, `no schema for ${manifest.kind}`);
      new Model(manifest).validate();
    }
  });
}

Deno.test("kubernetes/falcod.yaml is what the chart makes of its standard values", async () => {
  const path = `${root}scripts/deploy/kubernetes/falcod.yaml`;
  const rendered = `${renderChart({ createNamespace: true }).trimEnd()}\n`;
  assertEquals(await Deno.readTextFile(path), rendered);
});

Deno.test("no container is privileged, and only what watches a node gets capabilities", () => {
  const contextOf = (options: ChartOptions) => {
    const workload = manifestsIn(renderChart(options)).find(({ kind }) =>
      kind === "DaemonSet" || kind === "Deployment"
    ) as unknown as Workload;
    const { hostPID = false, containers } = workload.spec.template.spec;
    return { hostPID, ...containers[0]!.securityContext };
  };
  const node = contextOf({});
  assertEquals(node.privileged, undefined);
  assertEquals(node.allowPrivilegeEscalation, false);
  assertEquals(node.readOnlyRootFilesystem, true);
  assertEquals(node.capabilities.drop, ["ALL"]);
  assertEquals(node.capabilities.add?.includes("SYS_ADMIN"), false);
  const audit = contextOf({ values: [AUDIT] });
  assertEquals([audit.hostPID, audit.runAsNonRoot], [false, true]);
  assertEquals(audit.capabilities, { drop: ["ALL"] });
});

function falcoOf(options: ChartOptions) {
  const [config] = manifestsIn(renderChart(options));
  return parse((config as unknown as ConfigData).data["falco.yaml"]!);
}

function podOf(options: ChartOptions): Pod {
  const workload = manifestsIn(renderChart(options)).find(({ kind }) => kind === "DaemonSet");
  return (workload as unknown as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

interface Pod {
  readonly containers: readonly [{
    readonly securityContext: SecurityContext;
    readonly env: readonly { readonly name: string }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }];
  readonly volumes: readonly { readonly hostPath?: { readonly path: string } }[];
}

interface Workload {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly hostPID?: boolean;
        readonly containers: readonly { readonly securityContext: SecurityContext }[];
      };
    };
  };
}

interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly seLinuxOptions?: { readonly type: string };
  readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
}

Deno.test("values that Falco's chart has beside falco.yaml end up in it", () => {
  const { metrics, webserver, engine, plugins, load_plugins } = falcoOf({ values: [OF_FALCO] });
  assertEquals([metrics, webserver.prometheus_metrics_enabled], [{
    enabled: true,
    interval: "15m",
    output_rule: false,
    rules_counters_enabled: false,
  }, true]);
  assertEquals(engine, { kind: "modern_ebpf", modern_ebpf: { buf_size_preset: 6 } });
  const { engines, labelMaxLen: label_max_len } = OF_FALCO.collectors.containerEngine;
  assertEquals(plugins, [...OF_FALCO.falco.plugins, {
    name: "container",
    library_path: "libcontainer.so",
    init_config: { engines, label_max_len },
  }]);
  assertEquals(load_plugins, ["json", "container"]);

  const off = falcoOf({ values: [{ metrics: { enabled: false } }] });
  assertEquals([off.metrics, off.webserver.prometheus_metrics_enabled], [undefined, undefined]);
});

Deno.test("pods have what values of Falco's chart count on at Falco's places", () => {
  const { containers, volumes } = podOf({ values: [OF_FALCO] });
  const [{ env, volumeMounts }] = containers;
  const mounted = new Map(volumeMounts.map(({ mountPath, name }) => [mountPath, name]));
  assertEquals(mounted.get("/etc/falco/rules.d"), "rules");
  assertEquals(mounted.get("/etc/falco/certs"), "certs");
  assertEquals(mounted.get("/etc/falco/certs/client"), "client-certs");
  const folders = volumes.flatMap(({ hostPath }) => hostPath?.path ?? []);
  assert(folders.includes("/run/k0s") && mounted.has("/host/run/k0s"));
  assert(!folders.includes("/odd"));
  assertEquals(env.map(({ name }) => name), [
    ...["FALCO_K8S_NODE_NAME", "HOST_ROOT", "FALCO_HOSTNAME"],
  ]);
});

Deno.test("OpenShift is asked to allow what the pods ask for, and no more", () => {
  const constraintsOf = (options: ChartOptions) =>
    manifestsIn(renderChart(options)).find(({ kind }) => kind === "SecurityContextConstraints") as
      | undefined
      | { readonly allowedCapabilities: string[]; readonly users: string[] };
  const options = { namespace: "security", apis: [OPENSHIFT] };
  const { allowedCapabilities, users } = constraintsOf(options)!;
  const [{ securityContext }] = podOf(options).containers;
  assertEquals(allowedCapabilities, [...securityContext.capabilities.add!]);
  assertEquals(users, ["system:serviceaccount:security:falcod"]);
  assertEquals(constraintsOf({}), undefined);
  assertEquals(constraintsOf({ ...options, values: [AUDIT] }), undefined);
});

Deno.test("pods that watch a node are not held back by SELinux, others are", () => {
  const [{ securityContext }] = podOf({}).containers;
  assertEquals(securityContext.seLinuxOptions?.type, "spc_t");
  assert(!renderChart({ values: [AUDIT] }).includes("seLinux"));
});

Deno.test("the chart's notes name values that have no effect", () => {
  const notes = chartNotes({ values: [OF_FALCO] }).split("\n");
  assertEquals(notes.flatMap((line) => /^- (\S+):/.exec(line)?.[1] ?? []), [
    "falcoctl",
    "collectors.kubernetes",
    "certs.client",
  ]);
  const old = chartNotes({ values: [{ auditLog: { enabled: true }, customRule: {} }] });
  assertEquals(old.split("\n").filter((line) => line.startsWith("- ")), [
    "- auditLog: this chart has no such value.",
    "- customRule: this chart has no such value.",
  ]);
  assert(!/no effect/.test(chartNotes({ values: [EVERYTHING] })));
});

Deno.test("the chart says what it cannot do", () => {
  const refused = (values: Record<string, unknown>, why: RegExp) =>
    assertThrows(() => renderChart({ values: [values] }), why);
  refused({ falcosidekick: { enabled: true } }, /falco\.sinks/);
  refused({ controller: { kind: "job" } }, /daemonset or deployment/);
  for (const repository of ["falcosecurity/falco-no-driver", "sysdig/falco"]) {
    refused({ image: { repository } }, /Falco's image/);
  }
});

for (const what of ["the standard values", "the audit log alone"]) {
  Deno.test(`falcod takes the configuration that the chart makes of ${what}`, async () => {
    const [config] = manifestsIn(renderChart(CASES[what]));
    const path = await Deno.makeTempFile({ suffix: ".yaml" });
    try {
      await Deno.writeTextFile(path, (config as unknown as ConfigData).data["falco.yaml"]!);
      const { code, out } = await falcod(["validate", path, "--json"]);
      assertEquals((await falcod(["validate", path])).out.includes("0 warnings"), true);
      const { falco_load_results: results } = JSON.parse(out) as LoadResults;
      assertEquals(results.flatMap(({ errors, warnings }) => [...errors, ...warnings]), []);
      assertEquals(code, 0);
    } finally {
      await Deno.remove(path);
    }
  });
}

interface ConfigData {
  readonly data: Readonly<Record<string, string>>;
}

interface LoadResults {
  readonly falco_load_results: readonly {
    readonly errors: readonly unknown[];
    readonly warnings: readonly unknown[];
  }[];
}

Deno.test("Helm makes the same of the chart", async () => {
  const helm = Deno.env.get("HELM") ?? "helm";
  if (!isThere(helm)) {
    console.log("not supported here, left out: there is no helm to compare with");
    return;
  }
  const folder = await Deno.makeTempDir();
  try {
    for (const [what, options] of Object.entries(CASES)) {
      const { name = "falcod", namespace = "falcod", kubernetes = "1.31.0", values = [] } = options;
      const apis = options.apis?.flatMap((api) => ["--api-versions", api]) ?? [];
      const files = values.map((one, i) => {
        const path = `${folder}/values-${i}.yaml`;
        Deno.writeTextFileSync(path, JSON.stringify(one));
        return ["-f", path];
      });
      const { stdout, stderr, success } = await new Deno.Command(helm, {
        args: [
          ...["template", name, CHART, "--namespace", namespace, "--kube-version", kubernetes],
          ...apis,
          ...files.flat(),
        ],
      }).output();
      assert(success, `${what}: ${new TextDecoder().decode(stderr)}`);
      const ours = renderChart({ ...options, service: "Helm" });
      assertEquals(comparable(new TextDecoder().decode(stdout)), comparable(ours), what);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function isThere(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Helm sorts by kind and writes YAML in its own way. */
function comparable(text: string): readonly unknown[] {
  const manifests = manifestsIn(text).map((manifest) => {
    const data = (manifest as unknown as Partial<ConfigData>).data;
    return data?.["falco.yaml"] === undefined ? manifest : {
      ...manifest,
      data: { ...data, "falco.yaml": parse(data["falco.yaml"]) as unknown },
    };
  });
  const nameOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
  return (manifests as Manifest[]).sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
}
