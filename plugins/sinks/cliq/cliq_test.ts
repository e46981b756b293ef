import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

const config = (url: string) => ({
  webhook_url: `${url}/api/v2/channelsbyname/falco/message?zapikey=k`,
});
const messageWith = async (more: Record<string, unknown>, alert = {}) => {
  const settings = (url: string) => ({ ...config(url), ...more });
  const [request] = await requestsOf(plugin, { config: settings }, alert);
  return JSON.parse(request!.body);
};

testHttpSink(plugin, {
  config,
  messages: ({ body }) => [JSON.parse(body).text],
  skips: { long: "texts are cut to what Cliq takes" },
  mostBytes: 60_000,
});

Deno.test("cliq: a message has the alert's text and a table of its fields", async () => {
  const [request] = await requestsOf(plugin, { config }, {});
  assertEquals([request!.method, request!.path], [
    "POST",
    "/api/v2/channelsbyname/falco/message?zapikey=k",
  ]);
  assertEquals(request!.headers.get("content-type"), "application/json");
  assertEquals(JSON.parse(request!.body), {
    text: "An open was seen (command=cat /dev/null)",
    bot: { name: "falcod" },
    slides: [{
      type: "table",
      data: {
        headers: ["field", "value"],
        rows: [
          { field: "rule", value: "open_from_cat" },
          { field: "priority", value: "Warning" },
          { field: "hostname", value: "host-1" },
          { field: "proc.cmdline", value: "cat /dev/null" },
          { field: "time", value: "2016-08-04 16:17:57.881785348 +0000 UTC" },
        ],
      },
    }],
  });
});

Deno.test("cliq: a text of one's own goes above the alert's, a sign in front of all", async () => {
  const message_format = "Rule: {{ .Rule }} Priority: {{ .Priority }}";
  const { text, bot, slides } = await messageWith({
    message_format,
    use_emoji: true,
    username: "Falcosidekick",
    icon: "https://example.org/i.png",
  }, { priority: "Debug" });
  assertEquals(text, "\u26aa Rule: open_from_cat Priority: Debug");
  assertEquals(bot, { name: "Falcosidekick", image: "https://example.org/i.png" });
  assertEquals(slides.map(({ type }: { type: string }) => type), ["text", "table"]);
  assertEquals(slides[0].data, "An open was seen (command=cat /dev/null)");
});

Deno.test("cliq: output_format leaves out the text below, or the table", async () => {
  const typesOf = async (more: Record<string, unknown>) =>
    (await messageWith(more)).slides?.map(({ type }: { type: string }) => type);
  assertEquals(await typesOf({ output_format: "text" }), undefined);
  assertEquals(await typesOf({ output_format: "text", message_format: "x" }), ["text"]);
  assertEquals(await typesOf({ output_format: "fields", message_format: "x" }), ["table"]);
});

Deno.test("cliq: what stands in an alert calls nobody and is no link", async () => {
  const message = "{@all} [docs](https://evil.example) [me](zohoid:1)";
  const fields = new Map([["fd.name", message]]);
  const body = JSON.stringify(
    await messageWith({ message_format: "{{ .Message }}" }, { message, fields, rule: message }),
  );
  assert(!body.includes("{@") && !body.includes("]("), body);
});

Deno.test("cliq: a table has at most fifty rows", async () => {
  const fields = new Map(Array.from({ length: 90 }, (_, n) => [`f.${n}`, "x"]));
  const { slides } = await messageWith({}, { fields });
  assertEquals(slides[0].data.rows.length, 50);
});
