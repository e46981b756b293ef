/** Alerts over HTTP, from the real program to their other ends. */
import { assert, assertEquals } from "../assert.ts";
import { capture, type GivenEvent, process } from "../made_captures.ts";
import { httpReceiver } from "../peers/http_receiver.ts";
import { falcod, Folder } from "./program.ts";

const RULES = `
- rule: Read
  desc: A test
  condition: evt.type = openat
  output: "%proc.name read %fd.name"
  priority: WARNING
  tags: [test]
`;
const open = (name: string): GivenEvent => ({
  type: "openat",
  params: { fd: 3, dirfd: -100, name, flags: 1, mode: 0, dev: 5, ino: 7n },
});
const bytes = await capture([process(10, "cat")], [
  open("/etc/shadow"),
  open("/etc/new\nline\u202e"),
  open(`/${"ü".repeat(2000)}`),
]);

async function replay(config: string) {
  using folder = new Folder({ "rules.yaml": RULES, "events.scap": bytes });
  await Deno.writeTextFile(folder.file("falco.yaml"), `rules_files: [rules.yaml]\n${config}`);
  return await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
    environment: { TZ: "UTC" },
  });
}

const falcosKeys = (url: string) =>
  `http_output: {enabled: true, url: "${url}/in", user_agent: me, keep_alive: true}\n`;

Deno.test("http_output gets the lines of stdout_output, one a request", async () => {
  for (const json of [false, true]) {
    await using server = httpReceiver();
    const { code, out, error } = await replay(
      `json_output: ${json}\nstdout_output: {enabled: true}\n${falcosKeys(server.url)}`,
    );
    assertEquals(code, 0, error);
    assertEquals(server.received.map(({ body }) => `${body}\n`).join(""), out);
    assertEquals(server.received.length, 3);
    const [{ path, headers }] = server.received as [typeof server.received[0]];
    assertEquals([path, headers.get("user-agent")], ["/in", "me"]);
    const type = json ? "application/json" : "text/plain";
    assertEquals(headers.get("content-type"), type);
  }
});

Deno.test("an alert that the server has no time for is sent again, before the others", async () => {
  await using server = httpReceiver();
  let busy = 1;
  server.answer = () => new Response(null, { status: busy-- > 0 ? 503 : 200 });
  const { code, error } = await replay(falcosKeys(server.url));
  assertEquals(code, 0, error);
  const [first, again] = server.received.map(({ body }) => body);
  assertEquals(first, again);
  assertEquals(server.received.length, 4);
  assert(/"http" failed and is tried again: http:\S+ answered 503/.test(error), error);
  assert(error.includes("nothing was lost"), error);
});

Deno.test("a server that never answers delays no other sink, and what it lost is told", async () => {
  await using server = httpReceiver();
  await using silent = httpReceiver();
  const ended = Promise.withResolvers<Response>();
  silent.answer = () => ended.promise;
  const { error } = await replay(`
sinks:
  - {name: silent, type: webhook, address: "${silent.url}", timeout: 100ms, retry: {attempts: 0}}
  - {name: chat, type: slack, webhook_url: "${server.url}/token-1234", template: "%alert.rule!"}
`);
  ended.resolve(new Response(null));
  const texts = server.received.map(({ body }) => JSON.parse(body).attachments[0].text);
  assertEquals(texts, ["Read!", "Read!", "Read!"]);
  assert(/"silent" failed, alerts are lost: no answer within 100 ms/.test(error), error);
});

Deno.test("what an address has in it is not told when nobody is there", async () => {
  const server = httpReceiver();
  await server.stop();
  const { error } = await replay(`
sinks:
  - {type: slack, webhook_url: "${server.url}/services/secret-token", retry: {attempts: 0}}
`);
  assert(/"slack" failed, alerts are lost: Cannot reach http:\/\/127/.test(error), error);
  assert(!error.includes("secret-token"), error);
});

Deno.test("falcod validate says what http_output lacks", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml": "rules_files: [rules.yaml]\nhttp_output: {enabled: true}\n",
  });
  const { code, out, error } = await falcod(["validate", "-c", "falco.yaml"], {
    folder: folder.path,
  });
  assertEquals(code, 1);
  assert((out + error).includes('"http_output" has no "url"'), out + error);
});
