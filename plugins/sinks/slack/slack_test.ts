import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({
  webhook_url: `${url}/hook/T0/B0`,
  icon: "http://i/",
  message_format: "{{ .Rule }}!",
});

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).attachments[0].text],
  skips: { long: "texts are cut to what can be shown" },
  mostBytes: 1_500_000,
});

Deno.test("slack: a message has the alert as an attachment", async () => {
  const [request] = await requestsOf(plugin, { config }, {});
  assertEquals([request!.method, request!.path], ["POST", "/hook/T0/B0"]);
  assertEquals(request!.headers.get("content-type"), "application/json; charset=utf-8");
  const message = JSON.parse(request!.body);
  assertObjectMatch(message, { text: "open_from_cat!", username: "falcod", icon_url: "http://i/" });
  const [attachment] = message.attachments;
  assertEquals(attachment.color, "#ffc700");
  assertEquals(attachment.fallback, "An open was seen (command=cat /dev/null)");
  assertEquals(attachment.fields.find(({ title }: { title: string }) => title === "proc.cmdline"), {
    title: "proc.cmdline",
    value: "cat /dev/null",
    short: true,
  });
});

Deno.test("slack: names of files are no markup", async () => {
  const message = "wrote <!channel> & <https://evil.example|docs>";
  const [request] = await requestsOf(plugin, { config }, { rule: "<r>", message });
  const { text, attachments } = JSON.parse(request!.body);
  assertEquals(text, "&lt;r&gt;!");
  assertEquals(
    attachments[0].text,
    "wrote &lt;!channel&gt; &amp; &lt;https://evil.example|docs&gt;",
  );
});

Deno.test("slack: output_format leaves out what is not wanted", async () => {
  const only = async (output_format: string) => {
    const settings = (url: string) => ({ ...config(url), output_format, footer: "f" });
    const [request] = await requestsOf(plugin, { config: settings }, {});
    return Object.keys(JSON.parse(request!.body).attachments[0]);
  };
  assertEquals(await only("text"), ["fallback", "color", "text"]);
  assertEquals(await only("fields"), ["fallback", "color", "fields", "footer"]);
});
