import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({ host_port: `${url}/`, token: "A.key" });
const plain = (url: string) => ({ ...config(url), message_type: "plaintext" });

testHttpSink(plugin, {
  config: plain,
  messages: ({ body }) => [/^Output: (.*)$/m.exec(JSON.parse(body).message)![1]!],
  skips: { long: "texts are cut to what people read" },
  mostBytes: 500_000,
});

Deno.test("gotify: a message is a list in Markdown, its texts none", async () => {
  const fields = new Map([["fd.name", "[docs](https://evil.example) `<b>`"]]);
  const [request] = await requestsOf(plugin, { config }, { fields, message: "read *" });
  assertEquals([request!.method, request!.path], ["POST", "/message"]);
  assertEquals(request!.headers.get("x-gotify-key"), "A.key");
  const { message, ...rest } = JSON.parse(request!.body);
  assertEquals(rest, {
    title: "[Falco] [Warning] open_from_cat",
    priority: 4,
    extras: { "client::display": { contentType: "text/markdown" } },
  });
  assertEquals(message.split("\n"), [
    "- **Priority**: Warning",
    "- **Rule**: open\\_from\\_cat",
    "- **Output**: read \\*",
    "- **Source**: syscall",
    "- **Hostname**: host\\-1",
    "- **Tags**: filesystem\\, process",
    "- **Time**: 2016\\-08\\-04 16\\:17\\:57\\.881785348 \\+0000 UTC",
    "- **Fields**:",
    "    - **fd\\.name**: \\[docs\\]\\(https\\:\\/\\/evil\\.example\\) \\`\\<b\\>\\`",
  ]);
});

Deno.test("gotify: a message may be lines of text, or Falco's JSON", async () => {
  const [text] = await requestsOf(plugin, { config: plain }, { hostname: "", tags: [] });
  assertEquals(JSON.parse(text!.body).message.split("\n"), [
    "Priority: Warning",
    "Rule: open_from_cat",
    "Output: An open was seen (command=cat /dev/null)",
    "Source: syscall",
    "Time: 2016-08-04 16:17:57.881785348 +0000 UTC",
    "Fields:",
    "- proc.cmdline: cat /dev/null",
  ]);
  const json = (url: string) => ({ ...config(url), message_type: "json" });
  const [document] = await requestsOf(plugin, { config: json }, {});
  const { message, extras } = JSON.parse(document!.body);
  assertEquals(extras["client::display"].contentType, "text/plain");
  assertEquals(JSON.parse(message).rule, "open_from_cat");
});
