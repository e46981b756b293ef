/** An API server's webhook, played by curl, before the real program. */
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { newAuthority } from "../certificates.ts";
import { corpusPath, corpusTest, readCorpus } from "../corpus.ts";
import { curl } from "../curl.ts";
import { freePort } from "../free_port.ts";
import { falcod, Folder } from "./program.ts";
import { Running } from "./running.ts";

/** As a real API server posted it. */
const LIST = "k8s_audit/real/eventlist-batch2.json";
/** For curl. */
const EVENT_LIST = `@${corpusPath(LIST)}`;
const EVENTS = corpusPath(LIST) === undefined ? 0 : JSON.parse(readCorpus(LIST)).items.length;
const JSON_TYPE = ["-H", "Content-Type: application/json"] as const;
/** Only audit events: whether this machine can be watched does not matter. */
const ALONE = ["--disable-source", "syscall"] as const;

const RULES = `
- rule: any audit event
  desc: for a test
  condition: jevt.rawtime exists
  output: seen %ka.auditid
  priority: DEBUG
  source: k8s_audit
`;

function folderWith(config: string): Folder {
  const folder = new Folder({ "rules.yaml": RULES });
  Deno.writeTextFileSync(folder.file("falco.yaml"), `stdout_output: {enabled: true}\n${config}`);
  return folder;
}

function start(folder: Folder, ...more: readonly string[]): Promise<Running> {
  const files = ["-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")];
  return Running.start("run", ...files, ...ALONE, ...more);
}

const alertsOf = ({ out }: Running) =>
  out.split("\n").filter((line) => line.includes("seen ")).length;

/** "Auditing with Falco" of the Kubernetes documentation, v1.15 to v1.19. */
const OF_2020 = `
webserver:
   enabled: true
   listen_port: 8765
   k8s_audit_endpoint: /k8s_audit
   ssl_enabled: false
   ssl_certificate: /etc/falco/falco.pem
`;

corpusTest(
  "falcod takes audit events the way the Kubernetes documentation of 2020 has it",
  [LIST],
  async () => {
    using folder = folderWith(OF_2020);
    const port = freePort();
    await using running = await start(folder, "-o", `webserver.listen_port=${port}`);
    const url = `http://127.0.0.1:${port}`;
    const posted = await curl(
      ...JSON_TYPE,
      "--data-binary",
      EVENT_LIST,
      `${url}/k8s_audit?timeout=30s`,
    );
    assertObjectMatch(posted, { status: 200, body: "" });
    assertObjectMatch(await curl(`${url}/healthz`), { status: 200 });
    assertEquals(await running.end(), 0, running.error);
    assertEquals(alertsOf(running), EVENTS);
  },
);

corpusTest(
  "falcod takes audit events over https, with one file for key and certificate",
  [LIST],
  async () => {
    using folder = folderWith(OF_2020);
    const authority = await newAuthority();
    const { key, certificate } = await authority.issue({ commonName: "falcod" });
    const pem = folder.file("falco.pem"), ca = folder.file("ca.pem");
    Deno.writeTextFileSync(pem, key + certificate);
    Deno.writeTextFileSync(ca, authority.certificate);
    const port = freePort();
    const tls = ["-o", "webserver.ssl_enabled=true", "-o", `webserver.ssl_certificate=${pem}`];
    await using running = await start(folder, "-o", `webserver.listen_port=${port}`, ...tls);
    const url = `https://localhost:${port}/k8s_audit`;
    for (const [flag, httpVersion] of [["--http1.1", "1.1"], ["--http2", "2"]] as const) {
      const posted = await curl(
        flag,
        "--cacert",
        ca,
        ...JSON_TYPE,
        "--data-binary",
        EVENT_LIST,
        url,
      );
      assertObjectMatch(posted, { status: 200, httpVersion });
    }
    assertEquals(await running.end(), 0, running.error);
    assertEquals(alertsOf(running), 2 * EVENTS);
  },
);

corpusTest("falcod takes audit events as Falco's plugin of today, with checks of who sends them", [
  LIST,
], async () => {
  using folder = folderWith("");
  const authority = await newAuthority();
  const server = await authority.issue({ commonName: "falcod" });
  const client = await authority.issue({ commonName: "kube-apiserver" });
  const past = { notAfter: new Date(Date.now() - 1000) };
  const expired = await authority.issue({ commonName: "kube-apiserver", ...past });
  const path = (name: string, content: string) => {
    Deno.writeTextFileSync(folder.file(name), content);
    return folder.file(name);
  };
  const ca = path("ca.pem", authority.certificate);
  const port = freePort();
  path(
    "falco.yaml",
    `
stdout_output: {enabled: true}
plugins:
  - name: k8saudit
    library_path: libk8saudit.so
    init_config:
      sslCertificate: ${path("falco.pem", server.certificate + server.key)}
      maxEventSize: 262144
      webhookMaxBatchSize: 12582912
      useAsync: true
      clientCaCertificate: ${ca}
      tokenFile: ${path("token", "a-secret\n")}
      allowedSources: [127.0.0.0/8]
    open_params: "https://:${port}/k8s-audit"
  - name: json
    library_path: libjson.so
    init_config: ""
load_plugins: [k8saudit, json]
`,
  );
  await using running = await start(folder);
  const post = (...more: readonly string[]) =>
    curl(
      ...JSON_TYPE,
      "--cacert",
      ca,
      "--data-binary",
      EVENT_LIST,
      ...more,
      `https://localhost:${port}/k8s-audit`,
    );
  const certificate = ["--cert", path("client.pem", client.certificate + client.key)];
  const token = ["-H", "Authorization: Bearer a-secret"];
  assertObjectMatch(await post(...certificate, ...token), { status: 200 });
  assertObjectMatch(await post("--http2", ...certificate, ...token), { status: 200 });
  assertObjectMatch(await post(...certificate), { status: 401 });
  assertObjectMatch(await post(...token), { status: 0 });
  const old = ["--cert", path("old.pem", expired.certificate + expired.key)];
  assertObjectMatch(await post(...old, ...token), { status: 0 });
  assertEquals(await running.end(), 0, running.error);
  assertEquals(alertsOf(running), 2 * EVENTS);
});

corpusTest(
  "falcod survives what should not be sent to it, and says what is wrong with it",
  [LIST],
  async () => {
    const port = freePort();
    using folder = folderWith(plugin(port));
    await using running = await start(folder);
    const file = (name: string, content: string | Uint8Array) => {
      if (typeof content === "string") Deno.writeTextFileSync(folder.file(name), content);
      else Deno.writeFileSync(folder.file(name), content);
      return `@${folder.file(name)}`;
    };
    const to = (path: string, ...more: readonly string[]) =>
      curl(...more, `http://127.0.0.1:${port}${path}`);
    const post = (body: string, ...more: readonly string[]) =>
      to("/k8s-audit", ...JSON_TYPE, ...more, "--data-binary", body);
    const time = `"stageTimestamp":"2020-10-25T13:58:49.730588Z"`;
    const event = (filler: string) =>
      `{"kind":"Event","auditID":"x",${time},"requestObject":${filler}}`;
    const fault = async (
      body: string,
      status: number,
      said: RegExp,
      ...more: readonly string[]
    ) => {
      const reply = await post(body, ...more);
      assertEquals(reply.status, status, `${reply.body}${reply.error}`);
      assert(said.test(reply.body), reply.body);
    };
    assertEquals(await inCrumbs(port), "HTTP/1.1 400 Bad Request\r\nConnection: close");
    await fault(file("2mb", event(`"${"x".repeat(2 << 20)}"`)), 413, /maxEventSize/);
    await fault(file("50mb", new Uint8Array(50 << 20)), 413, /webhookMaxBatchSize/);
    await fault(
      file("50mb", new Uint8Array(50 << 20)),
      413,
      /webhookMaxBatchSize/,
      "-H",
      "Expect:",
    );
    await fault(file("deep", event("[".repeat(10_000) + "]".repeat(10_000))), 413, /nested/);
    await fault(file("open", "[".repeat(10_000)), 400, /JSON/);
    await fault(file("bytes", Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80)), 400, /JSON/);
    const text = await to("/k8s-audit", "-H", "Content-Type: text/plain", "-d", "{}");
    assertObjectMatch(text, { status: 415 });
    assertObjectMatch(await to("/k8s_audit", ...JSON_TYPE, "-d", "{}"), { status: 404 });
    assertObjectMatch(await to("/k8s-audit"), { status: 405 });
    assertObjectMatch(await post(EVENT_LIST), { status: 200 });
    assertEquals(await running.end(), 0, running.error);
    // What is not too deep of an event is judged.
    assertEquals(alertsOf(running), EVENTS + 1);
    assertEquals(running.error.includes("this is a bug"), false, running.error);
  },
);

function plugin(port: number): string {
  return `
plugins:
  - name: k8saudit
    library_path: libk8saudit.so
    init_config: {maxEventSize: 262144}
    open_params: "http://127.0.0.1:${port}/k8s-audit"
`;
}

corpusTest("SIGTERM loses nothing that was accepted", [LIST], async () => {
  const port = freePort();
  using folder = folderWith(plugin(port));
  await using running = await start(folder);
  const body = Deno.readFileSync(corpusPath(LIST)!);
  const isStopped = new AbortController();
  let accepted = 0;
  const clients = Array.from({ length: 8 }, async () => {
    while (!isStopped.signal.aborted) {
      try {
        const headers = { "content-type": "application/json" };
        const url = `http://127.0.0.1:${port}/k8s-audit`;
        const reply = await fetch(url, { method: "POST", body, headers });
        await reply.bytes();
        if (reply.status === 200) accepted++;
        else assertEquals(reply.status, 503);
      } catch {
        return; // nobody listens any more
      }
    }
  });
  await running.until(() => alertsOf(running) > 10 * EVENTS);
  assertEquals(await running.end(), 0, running.error);
  isStopped.abort();
  await Promise.all(clients);
  // An answer may be lost on its way: then the API server sends the body again.
  const judged = alertsOf(running) / EVENTS;
  assert(judged >= accepted && judged <= accepted + 8, `${judged} judged, ${accepted} accepted`);
});

Deno.test("falcod says why it cannot listen for audit events", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  using folder = folderWith(plugin(port));
  const files = ["-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")];
  const { code, error } = await falcod(["run", ...files, ...ALONE]);
  assertEquals(code, 1);
  const reason =
    `falcod: Cannot listen on 127.0.0.1:${port}: something else listens there already\n`;
  assertEquals(
    error.slice(error.indexOf("falcod:")),
    `${reason}  name another port: open_params of plugin k8saudit\n`,
  );
  const webserver = ["webserver.enabled=true", `webserver.listen_port=${port}`];
  const own = await falcod([
    ...[
      "run",
      ...files,
      ...ALONE,
      "-o",
      `plugins[0].open_params=http://127.0.0.1:${freePort()}/k8s-audit`,
    ],
    ...[...webserver, "webserver.listen_address=127.0.0.1"].flatMap((option) => ["-o", option]),
  ]);
  assertEquals(
    own.error.slice(own.error.indexOf("falcod:")),
    `${reason}  name another port: webserver.listen_port\n`,
  );
  const tls = `plugins[0].open_params=https://127.0.0.1:${port}/k8s-audit`;
  const other = await falcod(["run", ...files, ...ALONE, "-o", tls]);
  assertEquals(other.code, 1);
  assert(/Cannot use "\/etc\/falco\/falco\.pem" for TLS/.test(other.error), other.error);
  assert(other.error.includes("sslCertificate, init_config of plugin k8saudit"), other.error);
});

/** What a body is answered that comes byte by byte. */
async function inCrumbs(port: number): Promise<string> {
  using conn = await Deno.connect({ port });
  const head = "POST /k8s-audit HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" +
    "Content-Type: application/json\r\n\r\n";
  await conn.write(new TextEncoder().encode(head + "1\r\n \r\n".repeat(5000)));
  const answer = new Uint8Array(1000);
  const size = await conn.read(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, size)).split("\r\n").slice(0, 2).join("\r\n");
}
