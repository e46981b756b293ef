import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { originOf } from "./k8s_audit.ts";
import { settings, usual } from "./testing.ts";

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
