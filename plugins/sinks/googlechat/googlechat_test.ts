import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ webhook_url: `${url}/v1/spaces/A/messages?key=k&token=t` });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).text],
  skips: { long: "texts are cut to what Google Chat takes" },
  mostBytes: 32_000,
});

Deno.test("googlechat: a message has the alert's text and a card of its fields", async () => {
  const message = "wrote <users/all> <https://evil.example|docs>";
  const fields = new Map([["fd.name", "<a href='x'>&"]]);
  const [request] = await requestsOf(plugin, { config }, { message, fields });
  assertEquals([request!.method, request!.path], ["POST", "/v1/spaces/A/messages?key=k&token=t"]);
  const { text, cards } = JSON.parse(request!.body);
  assertEquals(text, "wrote ‹users/all› ‹https://evil.example|docs›");
  assertEquals(cards[0].sections[0].widgets[4], {
    keyValue: { topLabel: "fd.name", content: "&lt;a href='x'&gt;&amp;" },
  });
});
