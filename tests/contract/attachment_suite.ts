/** What sinks to chats that take Slack's attachments have in common. */
import type { SinkPlugin } from "../../core/mod.ts";
import { assertEquals, assertObjectMatch } from "../assert.ts";
import { requestsOf, testHttpSink } from "./http_sink_suite.ts";

/** Settings that lead to the server at `url`. */
export const attachmentConfig = (url: string) => ({
  webhook_url: `${url}/hook/T0/B0`,
  icon: "http://i/",
  message_format: "{{ .Rule }}!",
});

export function testAttachments<Config>(plugin: SinkPlugin<Config>): void {
  const config = attachmentConfig;
  testHttpSink(plugin, {
    config,
    messages: ({ body }) => [JSON.parse(body).attachments[0].text],
    skips: { long: "texts are cut to what can be shown" },
    mostBytes: 1_500_000,
  });

  Deno.test(`${plugin.name}: a message has the alert as an attachment`, async () => {
    const [request] = await requestsOf(plugin, { config }, {});
    assertEquals([request!.method, request!.path], ["POST", "/hook/T0/B0"]);
    assertEquals(request!.headers.get("content-type"), "application/json; charset=utf-8");
    const message = JSON.parse(request!.body);
    const above = { text: "open_from_cat!", username: "falcod", icon_url: "http://i/" };
    assertObjectMatch(message, above);
    const [attachment] = message.attachments;
    assertEquals(attachment.color, "#ffc700");
    assertEquals(attachment.fallback, "An open was seen (command=cat /dev/null)");
    const isCommand = ({ title }: { title: string }) => title === "proc.cmdline";
    assertEquals(attachment.fields.find(isCommand), {
      title: "proc.cmdline",
      value: "cat /dev/null",
      short: true,
    });
  });
}

/** Of chats whose markup calls people by names that anybody can write. */
export function testMentions<Config>(plugin: SinkPlugin<Config>): void {
  Deno.test(`${plugin.name}: names of files call nobody`, async () => {
    const alert = { message: "rm @channel @All @alice" };
    const [request] = await requestsOf(plugin, { config: attachmentConfig }, alert);
    const [{ text }] = JSON.parse(request!.body).attachments;
    assertEquals(text, "rm @\u200bchannel @\u200bAll @alice");
  });
}
