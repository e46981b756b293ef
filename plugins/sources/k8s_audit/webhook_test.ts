import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import type { Event } from "../../../core/mod.ts";
import { Intake } from "./intake.ts";
import { k8sAuditSchema } from "./schema.ts";
import { Webhook, type WebhookLimits } from "./webhook.ts";

const TIME = "2020-10-25T13:58:49.730588Z";
const item = (auditID: string, more: object = {}) => ({ auditID, stageTimestamp: TIME, ...more });
const list = (...items: readonly object[]) => JSON.stringify({ kind: "EventList", items });
const CLIENT = { address: "10.1.2.3", port: 5 };
const JSON_TYPE = { "content-type": "application/json" };

interface Made {
  readonly config?: object;
  readonly limits?: Partial<WebhookLimits>;
  readonly signal?: AbortSignal;
  readonly settle?: () => Promise<void> | undefined;
  readonly maxWaitingBytes?: number;
}

function made({ config, limits, signal, settle, maxWaitingBytes = 1 << 20 }: Made = {}) {
  const judged: number[] = [], said: string[] = [];
  const say = (message: string) => void said.push(message);
  const intake = new Intake({
    context: { deliver: ({ number }: Event) => void judged.push(number), settle: settle ?? none },
    maxEventBytes: 2000,
    maxDepth: 64,
    maxWaitingBytes,
  });
  const [input] = k8sAuditSchema.parse({
    inputs: [{ kind: "http", hostname: "::", port: 0, path: "/", ...config }],
  })
    .inputs;
  if (input?.kind !== "http") throw new Error("not an http input");
  const webhook = new Webhook(input, {
    intake,
    context: {
      signal: signal ?? new AbortController().signal,
      log: { debug: say, info: say, warning: say, error: say },
    },
    ...limits && { limits },
  });
  const ask = async (init: RequestInit, client = CLIENT) => {
    const reply = await webhook.handle(new Request("http://localhost/", init), client);
    const text = await reply.text();
    const { status, headers } = reply;
    return { status, headers, text, error: text === "" ? "" : JSON.parse(text).error as string };
  };
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    ask({ method: "POST", body, headers: { ...JSON_TYPE, ...headers } });
  return { webhook, intake, judged, said, ask, post };
}
const none = () => undefined;

Deno.test("the webhook takes what API servers send, and answers when it was judged", async () => {
  const { judged, post } = made();
  assertObjectMatch(await post(list(item("a"), item("b"))), { status: 200, text: "" });
  assertObjectMatch(await post(`[${JSON.stringify(item("c", { kind: "Event" }))}]`), {
    status: 200,
  });
  assertObjectMatch(
    await post(list(item("d")), { "content-type": "application/json; charset=utf-8" }),
    {
      status: 200,
    },
  );
  const packed = new Blob([list(item("e"))]).stream().pipeThrough(new CompressionStream("gzip"));
  const body = await new Response(packed).bytes();
  assertObjectMatch(await post(body, { "content-encoding": "gzip" }), { status: 200 });
  assertEquals(judged, [1, 2, 3, 4, 5]);
});

Deno.test("the webhook refuses other methods, types and encodings", async () => {
  const { judged, ask, post, said } = made();
  const get = await ask({ method: "GET" });
  assertEquals([get.status, get.headers.get("allow")], [405, "POST"]);
  assertObjectMatch(await ask({ method: "PUT", body: "{}", headers: JSON_TYPE }), {
    status: 405,
    error: "PUT method not allowed",
  });
  assertObjectMatch(await post("{}", { "content-type": "text/plain" }), { status: 415 });
  assertObjectMatch(await ask({ method: "POST", body: new Uint8Array(2) }), { status: 415 });
  assertObjectMatch(await post("{}", { "content-encoding": "br" }), { status: 415 });
  assertObjectMatch(await post("{}", { "content-encoding": "gzip" }), { status: 400 });
  assertEquals([judged, said.length], [[], 2]);
  assertEquals(
    said[0],
    "audit events were refused: 10.1.2.3 calls them text/plain, not application/json (Content-Type)",
  );
});

Deno.test("the webhook says which bound a body met, and what to do", async () => {
  const { ask, post, judged, intake } = made({
    config: { maxBodyBytes: 5000 },
    limits: { bodyTimeoutMs: 50 },
  });
  const large = await post(list(item("x", { filler: "x".repeat(5000) })));
  assertEquals(large.status, 413);
  assert(/larger than the 5000 bytes allowed.*webhookMaxBatchSize/.test(large.text), large.text);
  const blanks = new Blob([new Uint8Array(50_000_000).fill(0x20)]).stream();
  const bomb = await new Response(blanks.pipeThrough(new CompressionStream("gzip"))).bytes();
  const blown = await post(bomb.subarray(0, 4000), { "content-encoding": "gzip" });
  assertEquals(blown.status, 413);
  // The API server gives them up in the end, and nobody knows how many events were in them.
  assertEquals(intake.counters.problems.get("body-too-large"), 2);
  const big = await post(list(item("x", { filler: "x".repeat(2000) })));
  assertEquals(big.status, 413);
  assert(/an event of 2\d\d\d bytes is larger than the 2000 allowed.*maxEventSize/.test(big.text));
  const deep = await post(`${'{"kind":"Event","x":'}${"[".repeat(90)}${"]".repeat(90)}}`);
  assertObjectMatch(deep, { status: 413 });
  const slow = new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(1)) });
  const init = { method: "POST", body: slow, headers: JSON_TYPE, duplex: "half" };
  assertObjectMatch(await ask(init as RequestInit), {
    status: 408,
    error: "the body did not arrive within 50 ms",
  });
  assertEquals(judged, []);
});

Deno.test("a body of any size is judged event by event, and never held whole", async () => {
  const large = Array.from({ length: 200 }, (_, i) => item(`${i}`, { x: "x".repeat(1000) }));
  const config = { maxBodyBytes: 5000 };
  const { judged, post, said } = made({ config, limits: { maxHeldBytes: 6000 } });
  const pieces = (text: string) =>
    new Blob([text]).stream().pipeThrough(
      new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
        transform(bytes, controller) {
          for (let at = 0; at < bytes.length; at += 900) {
            controller.enqueue(bytes.slice(at, at + 900));
          }
        },
      }),
    );
  const answer = await post(pieces(list(...large)) as unknown as BodyInit);
  assertEquals([answer.status, answer.text], [200, ""]);
  assertEquals(judged, Array.from({ length: 200 }, (_, i) => i + 1));
  assertEquals(said, []);
  const bad = await post(pieces(`${list(...large)}}`) as unknown as BodyInit);
  assertEquals([bad.status, judged.length], [400, 400]);
  const huge = list(item("a"), item("b", { x: "x".repeat(9000) }), item("c"));
  const refused = await post(pieces(huge) as unknown as BodyInit);
  assertEquals([refused.status, judged.length], [413, 401]);
});

Deno.test("what is wrong with a body that came in pieces is told by its place in the body", async () => {
  const { post, said } = made({ config: { maxBodyBytes: 1000 } });
  const good = Array.from({ length: 30 }, (_, i) => item(`${i}`, { more: "x".repeat(200) }));
  const whole = list(...good, { auditID: "none" });
  const odd = await post(whole);
  const offset = whole.indexOf('{"auditID":"none"');
  assertEquals([odd.status, JSON.parse(odd.text).problems[0].offset], [200, offset]);
  assert(said[0]?.includes(`at "${whole.slice(offset - 20)}"`), said[0]);
  const broken = whole.replace('{"auditID":"29"', '? {"auditID":"29"');
  const { status, error } = await post(broken);
  assertEquals(status, 400);
  assert(
    error.includes(`not JSON: an event that cannot be read at byte ${broken.indexOf("?")}`),
    error,
  );
  const late = `{"items":[${good.map((one) => JSON.stringify(one)).join()}],"kind":"EventList"}`;
  assertObjectMatch(await post(late), { status: 200, text: "" });
  const end = await post(`${late}}`);
  assert(end.error.includes(`at byte ${late.length}`), end.error);
});

Deno.test("one event that cannot be taken has no other refused", async () => {
  const { post, judged, said } = made();
  const reply = await post(list(item("a"), item("b", { filler: "x".repeat(2000) }), item("c")));
  assertEquals(reply.status, 200);
  assertObjectMatch(JSON.parse(reply.text), { events: 2, refused: 1 });
  assertEquals(judged, [1, 2]);
  assert(/in a body from 10\.1\.2\.3: an event of 2\d+ bytes/.test(said[0]!), said[0]);
});

Deno.test("what is no JSON is refused, counted, and told once in a while with a sample", async () => {
  const { post, intake, said } = made();
  const bodies = ["", "{", "nonsense\u001b[2J\n", '{"kind":"EventList","items":[{}]'];
  for (const body of [...bodies, new Uint8Array([0xff, 0xfe, 0x22])]) {
    assertObjectMatch(await post(body), { status: 400 });
  }
  assertEquals(intake.counters.problems.get("malformed"), 5);
  assertEquals(said.length, 1);
  const again = made();
  await again.post(bodies[2]!);
  assert(again.said[0]?.endsWith('at "nonsense\\u001b[2J\\n"'), again.said[0]);
});

Deno.test("JSON that is no audit event is refused", async () => {
  const { post } = made();
  for (const body of ["{}", "1", '{"kind":"Pod"}', list({ auditID: "x" })]) {
    const { status, error } = await post(body);
    assertEquals(status, 400, body);
    assert(/audit event|stageTimestamp/.test(error), error);
  }
  const { text } = await post(list({ auditID: "x" }));
  assert(!text.includes("EventList") && JSON.parse(text).help.includes("say when it was"), text);
});

Deno.test("only who brings the token is let in", async () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, "secret-1\n");
    const { post, said } = made({ config: { tokenFile: path } });
    const body = list(item("a"));
    for (
      const authorization of ["", "Bearer", "Bearer secret", "Basic secret-1", "Bearer secret-11"]
    ) {
      const { status, headers } = await post(body, { authorization });
      assertEquals([status, headers.get("www-authenticate")], [401, 'Bearer realm="falcod"']);
    }
    assertObjectMatch(await post(body, { authorization: "Bearer secret-1" }), { status: 200 });
    assertObjectMatch(await post(body, { authorization: "bearer  secret-1" }), { status: 200 });
    assertEquals(said, ["audit events were refused: 10.1.2.3 has not brought the token"]);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("only addresses that are allowed are let in", async () => {
  const { ask, post } = made({ config: { allowedSources: ["10.0.0.0/8", "fd00::1"] } });
  assertObjectMatch(await post(list(item("a"))), { status: 200 });
  const from = (address: string) =>
    ask({ method: "POST", body: list(item("a")), headers: JSON_TYPE }, { address, port: 1 });
  assertObjectMatch(await from("fd00::1"), { status: 200 });
  for (const address of ["192.168.0.1", "fd00::2", "", "fe80::1%eth0"]) {
    assertObjectMatch(await from(address), { status: 403 });
  }
});

Deno.test("what cannot be held is refused for now, and what was held makes room again", async () => {
  const waits = Promise.withResolvers<void>();
  const { post, webhook, judged } = made({
    settle: () => waits.promise,
    maxWaitingBytes: 100,
    limits: { maxRequests: 2, maxHeldBytes: 700, bodyTimeoutMs: 20 },
  });
  const first = post(list(item("a", { filler: "x".repeat(400) })));
  const noRoom = await post(list(item("b", { filler: "x".repeat(400) })));
  assertEquals([noRoom.status, noRoom.headers.get("retry-after")], [503, "1"]);
  const busy = await post(list(item("b")).slice(0, 90));
  assertEquals([busy.status, busy.headers.get("retry-after")], [429, "1"]);
  const slow = webhook.handle(
    new Request("http://localhost/", {
      method: "POST",
      body: new ReadableStream(),
      headers: JSON_TYPE,
      duplex: "half",
    } as RequestInit),
    CLIENT,
  );
  assertObjectMatch(await post("{}"), { status: 429 });
  assertEquals((await slow).status, 408);
  waits.resolve();
  assertObjectMatch(await first, { status: 200 });
  assertObjectMatch(await post(list(item("c", { filler: "x".repeat(400) }))), { status: 200 });
  assertEquals(judged, [1, 2]);
});

Deno.test("who ends answers what was accepted and takes nothing more", async () => {
  const waits = Promise.withResolvers<void>(), stop = new AbortController();
  const { post, webhook, judged } = made({ settle: () => waits.promise, signal: stop.signal });
  const accepted = post(list(item("a")));
  while (judged.length === 0) await new Promise((resolve) => setTimeout(resolve));
  stop.abort();
  const late = await post(list(item("b")));
  assertEquals([late.status, late.headers.get("retry-after")], [503, "1"]);
  const idle = webhook.idle();
  waits.resolve();
  assertObjectMatch(await accepted, { status: 200 });
  await idle;
  assertEquals(judged, [1]);
});
