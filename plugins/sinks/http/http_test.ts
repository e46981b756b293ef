import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { formatted } from "../../../tests/contract/sink_suite.ts";
import { httpReceiver } from "../../../tests/peers/http_receiver.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin, { HttpSink } from "./mod.ts";

const config = (url: string) => ({ url: `"${url}/alerts"` });

testHttpSink(plugin, { config, messages: ({ body }) => [body], isText: true });

Deno.test("http: each alert is a request, as Falco makes it", async () => {
  const requests = await requestsOf(plugin, { config }, { message: '{"a":1}' }, { message: "b" });
  assertEquals(
    requests.map(({ method, path, body, headers }) =>
      [method, path, body, headers.get("content-type"), headers.get("user-agent")].join("|")
    ),
    [
      'POST|/alerts|{"a":1}|application/json|falcosecurity/falco',
      "POST|/alerts|b|text/plain|falcosecurity/falco",
    ],
  );
});

Deno.test("http: answers are printed with echo, made harmless", async () => {
  await using server = httpReceiver();
  const answers = ["thanks\u001b[2J", ""];
  server.answer = () => new Response(answers.shift());
  const printed: string[] = [];
  const settings = plugin.schema.parse({ url: server.url, echo: true });
  const sink = new HttpSink(settings, (answer) => void printed.push(answer));
  await sink.write(formatted("1", "2"));
  await sink.close();
  assertEquals(printed, ["thanks\\u001b[2J"]);
});

Deno.test("http: compress_uploads compresses", async () => {
  const compressed = (url: string) => ({ ...config(url), compress_uploads: true });
  const [request] = await requestsOf(plugin, { config: compressed }, {});
  assertEquals(request!.headers.get("content-encoding"), "gzip");
});
