import { SinkError } from "../../../core/mod.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ webhook_url: `${url}/workflows/1?sig=abc` });
const messageCard = (url: string) => ({ ...config(url), card: "message_card" });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).attachments[0].content.body[1].inlines[0].text],
  skips: { long: "texts are cut to what Teams takes" },
  mostBytes: 28_000,
});

Deno.test("teams: an alert is an Adaptive Card, its text no markup", async () => {
  const message = "wrote [docs](https://evil.example)";
  const fields = new Map([["fd.name", message]]);
  const [request] = await requestsOf(plugin, { config }, { message, fields });
  assertEquals([request!.method, request!.path], ["POST", "/workflows/1?sig=abc"]);
  const { type, attachments } = JSON.parse(request!.body);
  assertEquals(type, "message");
  const [{ contentType, content }] = attachments;
  assertEquals(contentType, "application/vnd.microsoft.card.adaptive");
  assertEquals([content.type, content.version], ["AdaptiveCard", "1.4"]);
  const [head, text, facts] = content.body;
  assertEquals(head.items[0].inlines[0].text, "Warning: open_from_cat");
  assertEquals([text.type, text.inlines[0].text], ["RichTextBlock", message]);
  assertEquals(facts.facts[4], {
    title: "fd.name",
    value: "wrote \\[docs\\](https://evil.example)",
  });
});

Deno.test("teams: connectors of old get a message card", async () => {
  const [request] = await requestsOf(plugin, { config: messageCard }, {});
  const card = JSON.parse(request!.body);
  assertEquals([card["@type"], card.themeColor], ["MessageCard", "ffff00"]);
  assertEquals(card.sections[0].activityTitle, "falcod");
});

Deno.test("teams: what a connector tells in words is a failure too", async () => {
  const said =
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429";
  await assertRejects(
    () => requestsOf(plugin, { config: messageCard, answer: () => new Response(said) }, {}),
    SinkError,
  );
});
