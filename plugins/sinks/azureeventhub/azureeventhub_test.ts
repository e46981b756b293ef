import { createHmac } from "node:crypto";
import { assert, assertEquals } from "../../../tests/assert.ts";
import {
  formattedAlert,
  requestsOf,
  testHttpSink,
} from "../../../tests/contract/http_sink_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { httpReceiver, type Received } from "../../../tests/peers/http_receiver.ts";
import plugin from "./mod.ts";

const KEY = "bWFkZSBmb3IgdGVzdHM=";
const config = (endpoint: string) => ({
  event_hub: "Hub",
  namespace: "alerts",
  shared_access_key_name: "send & more",
  shared_access_key: KEY,
  endpoint,
});

const linesOf = ({ body }: Received): string[] =>
  JSON.parse(body).map(({ Body }: { readonly Body: string }) => Body);

/** As Event Hubs looks at signatures: made with the key of the policy, for this hub, and not ended. */
function answer({ headers }: Received): Response {
  const [scheme, parts = ""] = (headers.get("authorization") ?? "").split(" ");
  const { sr, sig, se, skn } = Object.fromEntries(new URLSearchParams(parts));
  const signed = `${encodeURIComponent(sr ?? "")}\n${se}`;
  const isRight = scheme === "SharedAccessSignature" && skn === "send & more" &&
    sr === "https://alerts.servicebus.windows.net/hub" &&
    sig === createHmac("sha256", KEY).update(signed).digest("base64") &&
    Math.abs(Number(se) * 1000 - Date.now() - 3_600_000) < 60_000;
  return new Response(null, { status: isRight ? 201 : 401 });
}

testHttpSink(plugin, { config, answer, messages: linesOf });

Deno.test("azureeventhub: a batch is one request, signed with the key of a policy", async () => {
  const [request, more] = await requestsOf(plugin, { config, answer }, { message: "ü" }, {});
  assertEquals(more, undefined);
  assertEquals([request!.method, request!.path], [
    "POST",
    "/Hub/messages?timeout=60&api-version=2014-01",
  ]);
  assertEquals(
    request!.headers.get("content-type"),
    "application/vnd.microsoft.servicebus.json",
  );
  assertEquals(linesOf(request!), ["ü", formattedAlert().line]);
});

Deno.test("azureeventhub: as many events a request as the smallest tier takes", async () => {
  await using server = httpReceiver();
  server.answer = answer;
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  await sink.write(formatted("x".repeat(150_000), "y".repeat(90_000), "z".repeat(90_000)));
  await sink.close();
  assertEquals(server.received.map((request) => linesOf(request).length), [2, 1]);
});

Deno.test("azureeventhub: an event that is too large does not take the others along", async () => {
  await using server = httpReceiver();
  server.answer = (request) =>
    request.body.includes("large") ? new Response(null, { status: 413 }) : answer(request);
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const error = await sink.write(formatted("1", "large", "3")).catch((error) => error);
  assertEquals([error.code, error.accepted, error.refused], ["rejected", 1, 1]);
  await sink.close();
});

Deno.test("azureeventhub: nothing that is secret is told", async () => {
  await using server = httpReceiver();
  server.answer = ({ headers }) =>
    new Response(`not ${headers.get("authorization")} nor more`, { status: 401 });
  const sink = plugin.create(plugin.schema.parse(config(server.url)));
  const { code, message } = await sink.write([formattedAlert()]).catch((error) => error);
  assertEquals(code, "unavailable");
  assert(message.includes("not [secret] nor more") && !message.includes("sig="), message);
  await sink.close();
});

Deno.test("azureeventhub: keys that belong together are told of where one is missing", () => {
  const own = { event_hub: "hub", namespace: "alerts" };
  const wrong = (more: Readonly<Record<string, unknown>>) =>
    plugin.schema.safeParse({ ...own, ...more }).error?.issues.map(({ path }) => path.join("."));
  assertEquals(wrong({}), undefined);
  assertEquals(wrong({ shared_access_key_name: "a" }), ["shared_access_key"]);
  assertEquals(wrong({ shared_access_key: "a" }), ["shared_access_key"]);
  assertEquals(wrong({ client_secret: "a", client_id: "b" }), ["client_secret"]);
  assertEquals(wrong({ client_secret: "a", client_id: "b", tenant_id: "c" }), undefined);
  assertEquals(wrong({ namespace: "https://alerts" }), ["namespace"]);
  assertEquals(wrong({ tenant_id: "a/b" }), ["tenant_id"]);
});
