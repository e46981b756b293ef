import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ address: `${url}/in?x=1`, headers: { "X-Key": "k" } });

testHttpSink(plugin, { config, messages: ({ body }) => [body], isText: true });

Deno.test("webhook: each alert is a request with the line that was made for it", async () => {
  const requests = await requestsOf(plugin, { config }, { message: '{"a":1}' }, { message: "b" });
  assertEquals(
    requests.map(({ method, path, body, headers }) =>
      [method, path, body, headers.get("content-type"), headers.get("x-key")].join("|")
    ),
    [
      'POST|/in?x=1|{"a":1}|application/json; charset=utf-8|k',
      "POST|/in?x=1|b|text/plain; charset=utf-8|k",
    ],
  );
});

Deno.test("webhook: method may be PUT", async () => {
  const put = (url: string) => ({ ...config(url), method: "PUT" });
  const [request] = await requestsOf(plugin, { config: put }, {});
  assertEquals(request!.method, "PUT");
});
