import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ webhook_url: `${url}/integrations/v1/webhook/T/` });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).message],
  skips: { long: "texts are cut to what people read" },
  mostBytes: 100_000,
});

Deno.test("grafanaoncall: an alert goes by its UUID, the same each time", async () => {
  const uuid = "7e0c1b9c-7b0f-4a53-8d3c-0b1d7b3e9a55";
  const [request] = await requestsOf(plugin, { config }, { uuid });
  assertEquals([request!.method, request!.path], ["POST", "/integrations/v1/webhook/T/"]);
  assertEquals(request!.headers.get("content-type"), "application/json");
  assertEquals(JSON.parse(request!.body), {
    alert_uid: uuid,
    title: "[Warning] open_from_cat",
    state: "alerting",
    message: "An open was seen (command=cat /dev/null)",
  });
  const again = { fields: new Map([["falcod.repeated", true]]) };
  const [one, other] = (await requestsOf(plugin, { config }, {}, again))
    .map(({ body }) => JSON.parse(body).alert_uid);
  assertEquals(one, other);
});
