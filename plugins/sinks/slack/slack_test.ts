import {
  attachmentConfig as config,
  testAttachments,
} from "../../../tests/contract/attachment_suite.ts";
import { requestsOf } from "../../../tests/contract/http_sink_suite.ts";
import { assertEquals } from "../../../tests/assert.ts";
import plugin from "./mod.ts";

testAttachments(plugin);

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
