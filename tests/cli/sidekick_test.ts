/** `falcod sidekick` between a real falcod and several other ends. */
import { assert, assertEquals } from "../assert.ts";
import { capture, opening, process } from "../made_captures.ts";
import { newAuthority } from "../certificates.ts";
import { curl } from "../curl.ts";
import { freePort } from "../free_port.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { startServer, testWithPeer } from "../peers/server.ts";
import { falcod, Folder } from "./program.ts";
import { Running } from "./running.ts";

const RULES = `
- rule: Shadow read
  desc: A test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: WARNING
  tags: [test]
`;
const bytes = await capture([process(10, "cat")], [opening("/etc/shadow"), opening("/etc/shadow")]);

/** Where alerts are posted, and falcod that takes them there. */
async function started(config: string) {
  const port = freePort();
  const folder = new Folder({ "rules.yaml": RULES, "events.scap": bytes });
  const path = folder.file("config.yaml");
  await Deno.writeTextFile(path, `listenaddress: 127.0.0.1\nlistenport: ${port}\n${config}`);
  const running = await Running.startUntil("falcod: forwarding", ["sidekick", "-c", path]);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    path,
    running,
    [Symbol.asyncDispose]: async () => {
      await running.end();
      folder[Symbol.dispose]();
    },
  };
}

/** A run of falcod whose alerts go there. */
async function replayTo(url: string, folder: Folder): Promise<void> {
  await Deno.writeTextFile(
    folder.file("falco.yaml"),
    `rules_files: [rules.yaml]\njson_output: true\nhttp_output: {enabled: true, url: "${url}/"}\n`,
  );
  const { code, error } = await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
    environment: { TZ: "UTC" },
  });
  assertEquals(code, 0, error);
}

const ALERT = JSON.stringify({
  output: "10:00:00.000000001: Notice A shell",
  priority: "Notice",
  rule: "Shell",
  time: "2024-01-31T10:00:00.000000001Z",
  output_fields: { "proc.name": "sh" },
});

Deno.test("falcod sidekick posts what falcosidekick posts: with a uuid, without what nobody told", async () => {
  await using server = httpReceiver();
  await using sidekick = await started(
    `webhook: {address: "${server.url}/"}\nslack: {webhookurl: "${server.url}/slack"}\n`,
  );
  for (let round = 0; round < 2; round++) {
    const reply = await fetch(sidekick.url, { method: "POST", body: ALERT });
    assertEquals([reply.status, await reply.text()], [200, ""]);
  }
  while (server.received.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  const sentTo = (place: string) =>
    server.received.filter(({ path }) => path === place).map(({ body }) => JSON.parse(body));
  // People read when it was and how grave it is, too.
  assertEquals(sentTo("/slack")[0].attachments[0].text, JSON.parse(ALERT).output);
  const documents = sentTo("/");
  const { uuid, ...rest } = documents[0];
  assert(/^[\da-f-]{36}$/.test(uuid) && documents[1].uuid !== uuid, uuid);
  assertEquals(rest, { ...JSON.parse(ALERT), source: "syscalls", tags: [] });
});

testWithPeer("alerts of a falcod arrive by falcod sidekick in Redis, at a webhook and in a file", {
  program: "redis-server",
  package: "redis-server",
}, async () => {
  const redisPort = freePort();
  await using _redis = await startServer({
    program: "redis-server",
    args: ["--port", String(redisPort), "--bind", "127.0.0.1", "--save", ""],
    ports: [redisPort],
  });
  await using server = httpReceiver();
  await using sidekick = await started(`
customfields: {env: test}
templatedfields: {what: '{{ index . "proc.name" }} in {{ .env }}'}
customtags: [added]
webhook: {address: "${server.url}/in", customHeaders: {X-Scope: here}}
redis: {address: "127.0.0.1:${redisPort}"}
slack: {webhookurl: "${server.url}/slack", minimumpriority: error}
`);
  const { running, folder, url } = sidekick;
  await replayTo(url, folder);
  const test = await curl("-X", "POST", `${url}/test`);
  assertEquals(test.status, 200);
  const metrics = await curl(`${url}/metrics`);
  assert(metrics.body.includes('inputs_total{source="requests",status="accepted"} 3'));
  assertEquals(await running.end(), 0, running.error);
  assert(running.error.includes("falcod: stopped; 3 alerts taken, 0 requests refused"));

  const hooks = server.received.filter(({ path }) => path === "/in");
  const [alert] = hooks.map(({ body }) => JSON.parse(body));
  const { rule, tags, output, output_fields } = alert;
  assertEquals([rule, tags, output_fields.env, output_fields.what], [
    "Shadow read",
    ["added", "test"],
    "test",
    "cat in test",
  ]);
  assert(/^\d\d:\d\d:\d\d\.\d{9}: Warning cat read \/etc\/shadow$/.test(output), output);
  assertEquals([hooks.length, hooks[0]!.headers.get("x-scope")], [3, "here"]);
  // Below its minimum, but for the test alert.
  const slack = server.received.filter(({ path }) => path === "/slack");
  assertEquals(slack.map(({ body }) => JSON.parse(body).attachments[0].fields[0].value), [
    "Test rule",
  ]);
  const { stdout } = await new Deno.Command("redis-cli", {
    args: ["-p", String(redisPort), "LRANGE", "falco", "0", "-1"],
  }).output();
  const stored = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(stored, hooks.map(({ body }) => body));
});

Deno.test("falcod sidekick answers as falcosidekick does", async () => {
  await using server = httpReceiver();
  await using sidekick = await started(`webhook: {address: "${server.url}"}\n`);
  const { url } = sidekick;
  const post = (...args: readonly string[]) => curl("-X", "POST", `${url}/`, ...args);
  assertEquals((await post("-d", ALERT)).status, 200);
  for (const body of ["{", "[]", '{"rule":"x"}', ALERT.replace("Notice", "loud").slice(0, -2)]) {
    const { status, body: answer } = await post("-d", body);
    assertEquals(status, 400, answer);
  }
  assertEquals((await curl(`${url}/`)).status, 400);
  assertEquals((await curl(`${url}/ping`)).body, "pong\n");
  const health = JSON.parse((await curl(`${url}/healthz`)).body);
  assertEquals([health.status, health.outputs[0].name], ["ok", "webhook"]);
  assertEquals((await curl(`${url}/elsewhere`)).status, 404);
  const { body } = await curl(`${url}/metrics`);
  for (
    const line of [
      'falcosecurity_falcosidekick_inputs_total{source="requests",status="rejected"} 5',
      'falcosecurity_falcosidekick_falco_events_total{hostname="unknown",rule="Shell",priority="3",priority_raw="notice",source="syscalls",k8s_ns_name="",k8s_pod_name=""} 1',
      'falcosecurity_falcosidekick_outputs_total{destination="webhook",status="ok"} 1',
      'falcod_output_alerts_total{output="webhook",result="delivered"} 1',
    ]
  ) assert(body.includes(line), body);
});

Deno.test("falcod sidekick takes another configuration at SIGHUP, and keeps a right one", async () => {
  await using server = httpReceiver();
  const own = `webhook: {address: "${server.url}/one"}\nwebhok: {}\n`;
  await using sidekick = await started(own);
  const { url, path, running } = sidekick;
  const post = () => curl("-X", "POST", `${url}/`, "-d", ALERT);
  await post();
  const config = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, config.replace("/one", "/two"));
  running.process.kill("SIGHUP");
  await running.until(() => running.error.includes("SIGHUP: forwarding to webhook"));
  assertEquals(running.error.match(/"webhok"/g)?.length, 1, running.error);
  assert(running.error.includes("1 warning told before still holds"), running.error);
  await post();
  await Deno.writeTextFile(path, "webhook: {address: nowhere}\n");
  running.process.kill("SIGHUP");
  await running.until(() => running.error.includes("nothing is changed"));
  await post();
  assertEquals(await running.end(), 0, running.error);
  assertEquals(server.received.map(({ path }) => path), ["/one", "/two", "/two"]);
});

Deno.test("alerts that were spooled by falcod sidekick go out in its next run", async () => {
  await using server = httpReceiver();
  server.answer = () => new Response(null, { status: 503 });
  const spool = await Deno.makeTempDir({ prefix: "falcod-spool-" });
  const config =
    `webhook: {address: "${server.url}", spool: {enabled: true, path: "${spool}"}, retry: {first: 50ms}}\n`;
  try {
    await using first = await started(config);
    await curl("-X", "POST", `${first.url}/`, "-d", ALERT);
    assertEquals(await first.running.end(), 0, first.running.error);
    assert(first.running.error.includes("alerts on disk for the next run: 1"));
    const before = server.received.length;
    server.answer = () => new Response(null);
    await using next = await started(config);
    while (server.received.length === before) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(await next.running.end(), 0, next.running.error);
    const { rule, output } = JSON.parse(server.received.at(-1)!.body);
    assertEquals([rule, output], ["Shell", "10:00:00.000000001: Notice A shell"]);
  } finally {
    await Deno.remove(spool, { recursive: true });
  }
});

Deno.test("falcod sidekick lets only those in who have a certificate, but for notlspaths", async () => {
  await using server = httpReceiver();
  const authority = await newAuthority();
  const own = await authority.issue({ commonName: "sidekick" });
  const client = await authority.issue({ commonName: "falco" });
  using files = new Folder({
    "ca.crt": authority.certificate,
    "server.crt": own.certificate,
    "server.key": own.key,
    "client.crt": client.certificate,
    "client.key": client.key,
  });
  const plainPort = freePort();
  await using sidekick = await started(`
webhook: {address: "${server.url}"}
tlsserver:
  deploy: true
  mutualtls: true
  certfile: ${files.file("server.crt")}
  keyfile: ${files.file("server.key")}
  cacertfile: ${files.file("ca.crt")}
  notlsport: ${plainPort}
  notlspaths: [/ping]
`);
  const url = `https://127.0.0.1:${sidekick.port}/`;
  const ca = ["--cacert", files.file("ca.crt")];
  const shown = ["--cert", files.file("client.crt"), "--key", files.file("client.key")];
  const post = ["-X", "POST", "-d", ALERT];
  assertEquals((await curl(...post, ...ca, ...shown, url)).status, 200);
  assertEquals((await curl(...post, ...ca, url)).status, 0);
  assertEquals((await curl(`http://127.0.0.1:${plainPort}/ping`)).body, "pong\n");
  assertEquals((await curl(...post, `http://127.0.0.1:${plainPort}/`)).status, 404);
  await sidekick.running.end();
  assertEquals(server.received.length, 1);
});

Deno.test("falcod sidekick --dry-run says what is wrong, and where alerts would go", async () => {
  using folder = new Folder({
    "right.yaml": "slack: {webhookurl: https://example.org/x}\n",
    "wrong.yaml": "slack: {webhookurl: nowhere}\nspyderbat: {orguid: ORG}\n",
  });
  const dry = (...args: readonly string[]) =>
    falcod(["sidekick", "--dry-run", ...args], {
      folder: folder.path,
      environment: { LOKI_HOSTPORT: "http://127.0.0.1:3100", LISTENPORT: String(freePort()) },
    });
  const right = await dry("-c", "right.yaml");
  assertEquals([right.code, right.error], [
    0,
    "falcod: dry run, alerts would go to slack, loki\n",
  ]);
  assertEquals((await dry()).error, "falcod: dry run, alerts would go to loki\n");
  const wrong = await dry("-c", "wrong.yaml");
  assertEquals(wrong.code, 1);
  assert(wrong.error.includes('"slack.webhookurl" wants an address'), wrong.error);
  assert(wrong.error.includes("wrong.yaml:2:13"), wrong.error);
});

Deno.test("falcod sidekick --dry-run tells of values that are no text where falcosidekick wants one", async () => {
  const sumo = "receiverurl: http://127.0.0.1:1/";
  const wrong: Readonly<Record<string, string>> = {
    "sumologic.sourcecategory": `sumologic: {${sumo}, sourcecategory: {}}`,
    "openobserve.hostport": "openobserve: {hostport: {toString: y}}",
    "zincsearch.hostport": "zincsearch: {hostport: {toString: y}}",
    "quickwit.index": "quickwit: {hostport: http://127.0.0.1:1, index: {toString: y}}",
    "logstash.address": "logstash: {address: [a], port: 5}",
    "logstash.port": "logstash: {address: a, port: {toString: y}}",
    "quickwit.customheaders.X-A":
      "quickwit: {hostport: http://127.0.0.1:1, customheaders: {X-A: [b]}}",
  };
  for (const [key, text] of Object.entries(wrong)) {
    using folder = new Folder({ "c.yaml": `${text}\nlistenport: ${freePort()}\n` });
    const { code, error } = await falcod(["sidekick", "--dry-run", "-c", folder.file("c.yaml")]);
    const titles = error.match(/\w+\[C\d+\].*$/gm) ?? [];
    assertEquals([code, titles.length], [1, 1], error);
    assert(titles[0]!.includes(`"${key}" wants `), error);
    assert(error.includes("c.yaml:1:") && !error.includes("bug"), error);
  }
});

Deno.test("falcod sidekick --dry-run looks at certificates, and at where it is to listen", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const at = `slack: {webhookurl: https://example.org/x}\nlistenaddress: 127.0.0.1\n`;
  using folder = new Folder({
    "taken.yaml": `${at}listenport: ${port}\n`,
    "wrong.yaml": `${at}listenport: ${freePort()}\ntlsserver: {deploy: true, certfile: /no.crt}\n`,
  });
  const dry = (name: string) => falcod(["sidekick", "--dry-run", "-c", folder.file(name)]);
  const warned = await dry("taken.yaml");
  assertEquals(warned.code, 0, warned.error);
  assert(warned.error.includes(`warning[C065]: Cannot listen on 127.0.0.1:${port}`), warned.error);
  assert(warned.error.includes("taken.yaml:3:13"), warned.error);
  assert(warned.error.endsWith("alerts would go to slack, with 1 warning\n"), warned.error);
  const wrong = await dry("wrong.yaml");
  assertEquals(wrong.code, 1, wrong.error);
  assert(wrong.error.includes('error[C065]: Cannot use "/no.crt" for TLS'), wrong.error);
  assert(wrong.error.includes("wrong.yaml:4:37"), wrong.error);
});

Deno.test("falcod sidekick says once why it cannot listen, and which key says where", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  using folder = new Folder({ "c.yaml": `listenaddress: 127.0.0.1\nlistenport: ${port}\n` });
  const { code, error } = await falcod(["sidekick", "-c", folder.file("c.yaml")]);
  assertEquals([code, error.slice(error.indexOf("falcod: Cannot"))], [
    1,
    `falcod: Cannot listen on 127.0.0.1:${port}: something else listens there already\n` +
    "  name another port: listenport\n",
  ]);
});
