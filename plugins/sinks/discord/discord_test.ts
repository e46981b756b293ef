import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ webhook_url: `${url}/api/webhooks/1/abc` });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).embeds[0].description],
  skips: { long: "texts are cut to what Discord takes" },
  mostBytes: 40_000,
});

Deno.test("discord: a message has the alert as an embed", async () => {
  const [request] = await requestsOf(plugin, { config }, {});
  assertEquals([request!.method, request!.path], ["POST", "/api/webhooks/1/abc"]);
  const { content, allowed_mentions, embeds } = JSON.parse(request!.body);
  assertEquals([content, allowed_mentions, embeds.length], ["", { parse: [] }, 1]);
  assertEquals(embeds[0].color, 12745742);
  assertEquals(embeds[0].fields.map(({ name }: { name: string }) => name), [
    "rule",
    "priority",
    "source",
    "hostname",
    "proc.cmdline",
    "tags",
    "time",
  ]);
  assertEquals(embeds[0].fields[4].value, "```cat /dev/null```");
});

Deno.test("discord: embeds keep to its limits, and values to their blocks", async () => {
  const fields = new Map(
    Array.from({ length: 40 }, (_, n) => [`field.${n}`, `\`\`\`@everyone ${"x".repeat(900)}`]),
  );
  const [request] = await requestsOf(plugin, { config }, { fields, message: "m".repeat(9000) });
  const [embed] = JSON.parse(request!.body).embeds;
  assert(embed.fields.length <= 25);
  const units = embed.fields.reduce(
    (sum: number, { name, value }: { name: string; value: string }) =>
      sum + name.length + value.length,
    embed.description.length,
  );
  assert(units <= 6000, `${units}`);
  const value = embed.fields.find(({ name }: { name: string }) => name === "field.0").value;
  assertEquals(value.match(/```/g).length, 2);
});
