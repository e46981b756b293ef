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
  const answers = ["thanks\u001b[2J", "", "a\nb\n", "\r\n"];
  server.answer = () => new Response(answers.shift());
  const printed: string[] = [];
  const settings = plugin.schema.parse({ url: server.url, echo: true });
  const sink = new HttpSink(settings, (answer) => void printed.push(answer));
  await sink.write(formatted("1", "2", "3", "4"));
  await sink.close();
  assertEquals(printed, ["thanks\\u001b[2J", "a\\nb", ""]);
});

Deno.test("http: alerts share a connection without keep_alive, as Falco's do", async () => {
  const ports = new Set<number>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (_, info) => {
    ports.add(info.remoteAddr.port);
    return new Response(null);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const sink = new HttpSink(plugin.schema.parse({ url, keep_alive: false }));
  await sink.write(formatted("1", "2"));
  await sink.write(formatted("3"));
  await sink.close();
  assertEquals(ports.size, 1);
});

Deno.test("http: any answer is accepted, unless headers say otherwise", async () => {
  const asked = async (headers: Record<string, string>) => {
    const [request] = await requestsOf(plugin, { config: (url) => ({ url, headers }) }, {});
    return request!.headers.get("accept");
  };
  assertEquals(await asked({}), "*/*");
  assertEquals(await asked({ Accept: "text/plain" }), "text/plain");
});

Deno.test("http: compress_uploads compresses", async () => {
  const compressed = (url: string) => ({ ...config(url), compress_uploads: true });
  const [request] = await requestsOf(plugin, { config: compressed }, {});
  assertEquals(request!.headers.get("content-encoding"), "gzip");
});
