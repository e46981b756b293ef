import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ webhook_url: `${url}/v1/webhooks/incoming/T` });

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [/^### (.*)$/m.exec(JSON.parse(body).markdown)![1]!],
  skips: { long: "texts are cut to what Webex takes" },
  mostBytes: 7439,
});

Deno.test("webex: a message is the alert in Markdown, its texts none", async () => {
  const fields = new Map([["fd.name", "[docs](https://evil.example) <@all>"]]);
  const [request] = await requestsOf(plugin, { config }, { fields, message: "read *" });
  assertEquals([request!.method, request!.path], ["POST", "/v1/webhooks/incoming/T"]);
  assertEquals(JSON.parse(request!.body).markdown.split("\n"), [
    "# Falco Rule 'open\\_from\\_cat'",
    "",
    "### read \\*",
    "",
    "  * Hostname: host-1",
    "  * Source: syscall",
    "  * Priority: Warning",
    "  * Time: 2016-08-04 16:17:57.881785348 \\+0000 UTC",
    "  * Tags:",
    "    * process",
    "    * filesystem",
    "  * Fields:",
    "    * fd.name: \\[docs\\]\\(https://evil.example\\) ‹@all›",
  ]);
});

Deno.test("webex: a message is short enough however many tags and fields there are", async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `${"`<".repeat(50)} ${i}`);
  const fields = new Map(names.map((name) => [name, name]));
  for (const parts of [{ tags: names }, { fields }, { tags: names, fields }]) {
    const [request] = await requestsOf(plugin, { config }, parts);
    assert(request!.bytes.length <= 7000, `${request!.bytes.length} bytes`);
  }
});
