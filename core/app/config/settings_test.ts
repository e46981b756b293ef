import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { checkConfig } from "./check.ts";
import { originOf } from "./k8s_audit.ts";
import { readConfigText } from "./load.ts";
import { type SettingOverrides, settingsOf, type Wired } from "./settings.ts";
import type { MappingNode } from "./tree.ts";

const none: SettingOverrides = { rulePaths: [], scopeProcessId: undefined };

function settings(yaml: string, overrides: Partial<SettingOverrides> = {}) {
  const report = new Report();
  const source = new SourceText("falco.yaml", yaml);
  const root = readConfigText(source, { environment: () => undefined, report }) as MappingNode;
  const config = checkConfig(root, new Report());
  const loaded = { config, root, files: ["falco.yaml"] };
  const result = settingsOf(loaded, { ...none, ...overrides }, {
    registry: new Registry([]),
    report,
  });
  const codes = report.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
  return { ...result, codes };
}

const usual = "rules_files: [a.yaml]\nstdout_output: {enabled: true}\n";

Deno.test("settingsOf() takes the probe for every kind of driver, and tells of other drivers", () => {
  const told = { modern_ebpf: [], auto: [], ebpf: ["info C007"], kmod: ["info C007"] };
  for (const [kind, wanted] of Object.entries(told)) {
    const { sources, codes } = settings(`${usual}engine: {kind: ${kind}}`);
    assertEquals(sources, [{ kind: "source", name: "syscall", config: {} }]);
    assertEquals(codes, wanted);
  }
});

Deno.test("settingsOf() hands over the buffer preset of the chosen kind, the scope, the old key", () => {
  const preset = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  assertEquals(preset("engine: {kind: kmod, kmod: {buf_size_preset: 7}}"), { bufferPreset: 7 });
  assertEquals(preset("engine: {kind: modern_ebpf, kmod: {buf_size_preset: 7}}"), {});
  assertEquals(preset("syscall_buf_size_preset: 5"), { bufferPreset: 5 });
  assertEquals(settings(usual, { scopeProcessId: 42 }).sources[0]?.config, { scopeProcessId: 42 });
});

Deno.test("settingsOf() plays a capture as long as asked for, whichever sources are", () => {
  const yaml = `${usual}engine: {kind: replay, replay: {capture_file: a.scap}}`;
  const sources = { kind: "without", names: ["syscall"] } as const;
  const played = settings(yaml, { seconds: 3, sources });
  assertEquals(played.codes, []);
  assertEquals(played.sources[0]?.config, { captureFile: "a.scap", seconds: 3 });
});

Deno.test("settingsOf() tells the source when nothing is to be left out in the kernel", () => {
  const config = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  assertEquals(config("engine: {falcod: {kernel_filter: false}}"), { kernelFilter: false });
  assertEquals(config("engine: {falcod: {kernel_filter: true}}"), {});
});

Deno.test("settingsOf() leaves out failed calls by the driver's key, and by the old one", () => {
  const config = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  const dropped = { dropFailed: true };
  assertEquals(config("engine: {kind: ebpf, ebpf: {drop_failed_exit: true}}"), dropped);
  assertEquals(config("engine: {kind: ebpf, kmod: {drop_failed_exit: true}}"), {});
  assertEquals(config("syscall_drop_failed_exit: true"), dropped);
});

Deno.test("settingsOf() hands over what is left out of base_syscalls, and snaplen", () => {
  const config = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  const set = 'base_syscalls: {custom_set: [clone, "!mprotect"], all: true}';
  assertEquals(config(set), { excludedSyscalls: ["mprotect"] });
  assertEquals(config("falco_libs: {snaplen: 512}"), { dataLimit: 512 });
  assertEquals(settings(`${usual}base_syscalls: {custom_set: ["!nothing"]}`).codes, [
    "warning C026",
  ]);
});

Deno.test("settingsOf() says which kinds of engine are not there", () => {
  for (const kind of ["nodriver", "replay", "gvisor"]) {
    const { sources, codes } = settings(`${usual}engine: {kind: ${kind}}`);
    assertEquals(codes, ["error C016"]);
    // So that nothing is said of rules whose source there would be.
    assertEquals(sources.map(({ name }) => name), ["syscall"]);
  }
});

Deno.test("settingsOf() lets -r take the place of the configured rules", () => {
  assertObjectMatch(settings(usual), { rulePaths: [{ path: "a.yaml", required: false }] });
  assertEquals(settings(usual, { rulePaths: ["b.yaml"] }).rulePaths, [
    { path: "b.yaml", required: true },
  ]);
});

Deno.test("settingsOf() reads the old rules_file, but not both", () => {
  const old = "stdout_output: {enabled: true}\nrules_file: [b.yaml]\n";
  assertObjectMatch(settings(old), { rulePaths: [{ path: "b.yaml" }], codes: [] });
  assertEquals(settings(`${usual}rules_file: [b.yaml]`).codes, ["error C013"]);
  assertEquals(settings("stdout_output: {enabled: true}").codes, ["error C013"]);
});

Deno.test("settingsOf() chooses the formatter and hands Falco's keys to it", () => {
  assertObjectMatch(settings(usual).formatter, { name: "text" });
  assertObjectMatch(settings(`${usual}json_output: true\njson_include_tags_property: false`), {
    formatter: { name: "json", config: { json_include_tags_property: false } },
  });
});

Deno.test("settingsOf() never lets alerts vanish without a warning", () => {
  const rules = "rules_files: [a.yaml]\n";
  assertEquals(settings(usual).codes, []);
  const none = settings(rules);
  assertObjectMatch(none, { sinks: [{ name: "stdout" }], codes: ["warning C017"] });
  const off = settings(`${rules}stdout_output: {enabled: false}`);
  assertObjectMatch(off, { sinks: [], codes: ["warning C017"] });
});

Deno.test("settingsOf() makes a sink of each output of Falco's that is on", () => {
  const { sinks, codes } = settings(`rules_files: [a.yaml]
stdout_output: {enabled: true}
syslog_output: {enabled: true}
file_output: {enabled: true, keep_alive: true, filename: ./events.txt}
program_output: {enabled: true, program: "jq . | curl -d @- -X POST http://localhost"}
http_output: {enabled: true, url: http://localhost:2801}
`);
  assertEquals(codes, []);
  assertObjectMatch({ sinks }, {
    sinks: [
      { name: "stdout", config: {} },
      { name: "syslog", config: {} },
      { name: "file", config: { keep_alive: true, filename: "./events.txt" } },
      { name: "program", config: { program: "jq . | curl -d @- -X POST http://localhost" } },
      { name: "http", config: { url: "http://localhost:2801", user_agent: "falcosecurity/falco" } },
    ],
  });
  assertEquals(sinks.map(({ options }) => options?.retry?.attempts), [undefined, 10, 10, 10, 5]);
});

Deno.test("settingsOf() serves gRPC as Falco did: with alerts, or only its version", () => {
  const rules = "rules_files: [a.yaml]\n";
  const { sinks, codes } = settings(
    `${rules}grpc: {enabled: true, bind_address: "unix:///run/f.sock"}\n`,
  );
  assertEquals(sinks.map(({ name }) => name), ["grpc"]);
  assertObjectMatch(sinks[0]!, { config: { bind_address: "unix:///run/f.sock" } });
  assertEquals(codes, []);
  const server = settings(`${usual}grpc: {enabled: true}\ngrpc_output: {enabled: false}\n`);
  assertEquals(server.sinks.map(({ name }) => name), ["stdout", "grpc"]);
  assertEquals(server.sinks[1]?.options?.takes?.(sampleAlert()), false);
  const nobody = settings(`${rules}grpc: {enabled: true}\ngrpc_output: {enabled: false}\n`);
  assertObjectMatch(nobody, { sinks: [{ name: "stdout" }, {}], codes: ["warning C017"] });
  assertEquals(settings(`${usual}grpc_output: {enabled: true}`).sinks.length, 1);
});

Deno.test("settingsOf() has the container plugin built in, and leaves libraries to who opens them", () => {
  const plugins = (names: readonly string[]) =>
    `plugins: [${names.map((name) => `{name: ${name}, library_path: lib.so}`)}]\n`;
  assertEquals(settings(usual + plugins(["container"])).codes, []);
  assertEquals(settings(usual + plugins(["container", "json"])).codes, []);
  assertEquals(settings(usual + plugins(["container", "okta"])).codes, []);
  assertEquals(settings(`${usual}${plugins(["okta"])}load_plugins: []`).codes, []);
  assertEquals(settings(`${usual}load_plugins: [json]`).codes, ["error C015"]);
  // The name of a source is none of a plugin.
  const saudit = `${usual}${plugins(["k8saudit"])}load_plugins: [k8s_audit]`;
  assertEquals(settings(saudit).codes, ["error C015"]);
});

const audit = (params: string, init = "", more = "") =>
  `plugins:\n  - {name: k8saudit, library_path: libk8saudit.so, open_params: '${params}'` +
  `${init && `, init_config: ${init}`}}\n  - {name: json, library_path: libjson.so}\n${more}`;

/** What the source k8s_audit is given; absent when it is not wired. */
function auditConfig(yaml: string): unknown {
  const { sources, codes } = settings(usual + yaml);
  assertEquals(codes, []);
  return sources.find(({ name }) => name === "k8s_audit")?.config;
}

Deno.test("settingsOf() has audit events come from where Falco's plugin has them from", () => {
  const inputs = (...given: Parameters<typeof audit>) =>
    (auditConfig(audit(...given)) as { readonly inputs: readonly unknown[] }).inputs;
  const listener = {
    kind: "http",
    hostname: "::",
    port: 9765,
    path: "/k8s-audit",
    maxBodyBytes: 12_582_912,
    allowedSources: [],
  };
  assertEquals(inputs("http://:9765/k8s-audit"), [listener]);
  const pem = "/etc/falco/falco.pem";
  assertEquals(inputs("https://127.0.0.1:1/a%20b"), [{
    ...listener,
    hostname: "127.0.0.1",
    port: 1,
    path: "/a b",
    tls: { certificatePath: pem, keyPath: pem },
  }]);
  const init =
    "{sslCertificate: /p, webhookMaxBatchSize: 5, clientCaCertificate: /ca, tokenFile: /t, " +
    "allowedSources: [10.0.0.0/8], useAsync: true}";
  assertEquals(inputs("https://[::1]:1/", init), [{
    ...listener,
    hostname: "::1",
    port: 1,
    path: "/",
    maxBodyBytes: 5,
    allowedSources: ["10.0.0.0/8"],
    tokenFile: "/t",
    tls: { certificatePath: "/p", keyPath: "/p", clientCaPath: "/ca" },
  }]);
  assertEquals(inputs("/var/log/a.json"), [{ kind: "path", path: "/var/log/a.json" }]);
  assertEquals(inputs("file:///var/log/a%20b", "{stateDirectory: /s}"), [
    { kind: "tail", path: "/var/log/a b", stateDirectory: "/s" },
  ]);
});

Deno.test("originOf() takes no address without http://, and every path that is none", () => {
  const addresses = ["127.0.0.1:9765/x", ":9765/x", ":9765", "localhost:1/x", "[::1]:9765/x"];
  for (const address of [...addresses, ` ${addresses[0]}`]) {
    assertEquals(originOf(address), undefined, address);
    assertObjectMatch(originOf(`http://${address.trim()}`)!, { kind: "http" });
  }
  const paths = ["127.0.0.1/x", "a/b:9765/x", "2026-11-22T12:30", "/:9765/x", "127.0.0.1:x"];
  for (const path of paths) assertEquals(originOf(path), { kind: "path", path });
});

Deno.test("settingsOf() takes the sizes of init_config, and leaves what load_plugins leaves out", () => {
  const sized = auditConfig(audit("/log", "'{\"maxEventSize\": 262144}'"));
  assertObjectMatch(sized as object, { maxEventBytes: 262_144 });
  assertEquals(auditConfig(audit("/log", "", "load_plugins: [json]\n")), undefined);
  assertObjectMatch(auditConfig(audit("/log", '""', "load_plugins: [k8saudit]\n")) as object, {
    inputs: [{ kind: "path" }],
  });
});

Deno.test("settingsOf() runs without the kernel when audit events come in", () => {
  const { sources, codes } = settings(`${usual}engine: {kind: nodriver}\n${audit("/log")}`);
  assertEquals([sources.map(({ name }) => name), codes], [["k8s_audit"], []]);
  const nowhere = settings(`${usual}${audit("")}`);
  assertEquals(nowhere.codes, ["error C016"]);
  const nodriver = `${usual}engine: {kind: nodriver}\n`;
  assertEquals(settings(`${nodriver}${audit("")}`).codes, ["error C016"]);
  const played = settings(
    `${usual}engine: {kind: replay, replay: {capture_file: a.scap}}\n${audit("/log")}`,
  );
  assertEquals(played.sources.map(({ name }) => name), ["replay"]);
});

Deno.test("settingsOf() has the web server take audit events as Falco up to 0.31 did", () => {
  const server = (more: string) => auditConfig(`webserver: {enabled: true, ${more}}\n`);
  const listener = { kind: "http", hostname: "0.0.0.0", port: 8765, path: "/k8s_audit" };
  const plain = server("listen_port: 8765, k8s_audit_endpoint: /k8s_audit, ssl_enabled: false");
  assertObjectMatch(plain as object, { inputs: [listener] });
  const secure = server(
    "k8s_audit_endpoint: /k8s_audit, ssl_enabled: true, ssl_certificate: /p.pem",
  );
  const tls = { certificatePath: "/p.pem", keyPath: "/p.pem" };
  assertObjectMatch(secure as object, { inputs: [{ ...listener, tls }] });
  assertEquals(server("listen_port: 8765"), undefined);
  assertEquals(
    auditConfig("webserver: {enabled: false, k8s_audit_endpoint: /k8s_audit}\n"),
    undefined,
  );
});

Deno.test("settingsOf() leaves on what the command line wants", () => {
  const chosen = (kind: "only" | "without", names: readonly string[], yaml = audit("/log")) => {
    const { sources, codes } = settings(usual + yaml, { sources: { kind, names } });
    return [...sources.map(({ name }) => name), ...codes];
  };
  assertEquals(chosen("only", ["k8s_audit"]), ["k8s_audit"]);
  assertEquals(chosen("without", ["k8s_audit"]), ["syscall"]);
  assertEquals(chosen("without", []), ["syscall", "k8s_audit"]);
  assertEquals(chosen("without", ["k8s_audit"], ""), ["syscall"]);
  assertEquals(chosen("only", ["k8s_audit"], ""), ["error C016"]);
  assertEquals(chosen("without", ["k8s_audit", "syscall"]), ["error C016"]);
});

const containers = (yaml: string) => settings(usual + yaml).containerEngines;
const DOCKER = "/var/run/docker.sock";
const PODMAN = "/run/podman/podman.sock";
const CRI = [
  "/run/containerd/containerd.sock",
  "/run/crio/crio.sock",
  "/run/k3s/containerd/containerd.sock",
  "/run/host-containerd/containerd.sock",
];
const CONTAINERD = ["/run/containerd/containerd.sock", "/run/host-containerd/containerd.sock"];

interface Engines {
  readonly docker?: readonly string[];
  readonly podman?: readonly string[];
  readonly cri?: readonly string[];
  readonly containerd?: readonly string[];
}

/** What is wired where the usual sockets are asked but for those that are given; "no" ones are empty. */
function wired(given: Engines = {}, labelMaxLength = 100): readonly Wired[] {
  const { docker = [DOCKER], podman = [PODMAN], cri = CRI, containerd = CONTAINERD } = given;
  const kind = "container_engine" as const;
  const all: readonly Wired[] = [
    { kind, name: "docker", config: { engine: "docker", sockets: docker, labelMaxLength } },
    { kind, name: "docker", config: { engine: "podman", sockets: podman, labelMaxLength } },
    {
      kind,
      name: "grpc",
      config: { criSockets: cri, containerdSockets: containerd, labelMaxLength },
    },
  ];
  const lengths = [docker.length, podman.length, cri.length + containerd.length];
  return all.filter((_, index) => lengths[index]! > 0);
}

const entry = (init: string) =>
  `plugins: [{name: container, library_path: libcontainer.so, init_config: ${init}}]`;

Deno.test("settingsOf() has engines asked at their usual sockets", () => {
  assertEquals(containers(""), wired());
  assertEquals(containers(entry('""')), wired());
  assertEquals(containers(entry("{engines: {docker: {}}}")), wired());
  assertEquals(containers(entry("{engines: {cri: {sockets: []}}}")), wired());
});

Deno.test("settingsOf() hands over the container plugin's sockets and length of labels", () => {
  const engines = "{docker: {sockets: [/a.sock, unix:///b.sock]}, podman: {enabled: false}, " +
    "cri: {sockets: /c.sock}, containerd: {sockets: [/d.sock]}}";
  assertEquals(
    containers(entry(`{label_max_len: 7, engines: ${engines}}`)),
    wired(
      { docker: ["/a.sock", "/b.sock"], podman: [], cri: ["/c.sock"], containerd: ["/d.sock"] },
      7,
    ),
  );
  const other = "plugins: [{name: other, library_path: o.so, init_config: {engines: 5}}]";
  assertEquals(containers(other), wired());
});

Deno.test("settingsOf() reads the container plugin's settings from a text of JSON too", () => {
  const json = `'{"engines": {"podman": {"sockets": ["/p.sock"]}}}'`;
  assertEquals(containers(entry(json)), wired({ podman: ["/p.sock"] }));
});

Deno.test("settingsOf() follows the old container_engines where the plugin says nothing", () => {
  const old = "container_engines: {docker: {enabled: false}, cri: {sockets: [/c.sock]}}\n";
  assertEquals(containers(old), wired({ docker: [], cri: ["/c.sock"] }));
  const of039 = "container_engines: {cri: {cri: [/c.sock]}}\n";
  assertEquals(containers(of039), wired({ cri: ["/c.sock"] }));
  assertEquals(settings(usual + of039).codes, []);
  const both = old + entry("{label_max_len: 7}");
  assertEquals(containers(both), wired({ docker: [], cri: ["/c.sock"] }, 7));
  assertEquals(containers(old + entry("{engines: {}}")), wired());
});

Deno.test("settingsOf() wires no engine when all of them are switched off", () => {
  const off = (...names: string[]) => `{${names.map((name) => `${name}: {enabled: false}`)}}`;
  assertEquals(
    containers(entry(`{engines: ${off("docker", "podman", "cri", "containerd")}}`)),
    [],
  );
  assertEquals(containers(`container_engines: ${off("docker", "podman", "cri")}`), []);
});

Deno.test("settingsOf() has alerts wait 50 ms for containers, or as long as configured", () => {
  assertEquals(settings(usual).containers.alertWaitMs, 50);
  assertEquals(settings(usual + entry("{alert_wait_ms: 0}")).containers.alertWaitMs, 0);
});

Deno.test("settingsOf() leaves engines out that only cgroups tell of, in both spellings", () => {
  const off = "{lxc: {enabled: false}, libvirt_lxc: {enabled: no}}";
  for (const yaml of [entry(`{engines: ${off}}`), `container_engines: ${off}`]) {
    const { notRecognized } = settings(usual + yaml).containers;
    assertEquals([...notRecognized], ["lxc", "libvirt-lxc"]);
  }
});

Deno.test("settingsOf() asks nobody where everything is in one container that is described", () => {
  const one =
    "{enabled: true, container_id: task, container_name: web, container_image: nginx:1.0}";
  const { containerEngines, containers } = settings(
    usual + entry(`{engines: {static: ${one}}}`),
  );
  assertEquals(containerEngines, []);
  const { id, engine, known, name, imageRepository, imageTag } = containers.onlyContainer!;
  assertEquals(
    [id, engine, known, name, imageRepository, imageTag],
    ["task", "static", true, "web", "nginx", "1.0"],
  );
});

Deno.test("settingsOf() warns of an entry of rules_files without a name, and takes the others", () => {
  const { rulePaths, codes } = settings(
    "rules_files: ['', a.yaml]\nstdout_output: {enabled: true}",
  );
  assertEquals(rulePaths.map(({ path }) => path), ["a.yaml"]);
  assertEquals(codes, ["warning C004"]);
  assertEquals(settings("rules_files: ''\nstdout_output: {enabled: true}").codes, [
    "warning C004",
    "error C013",
  ]);
});
