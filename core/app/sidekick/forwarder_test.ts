import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { silentLogger } from "../log.ts";
import { sidekickFile } from "./file.ts";
import { Forwarder } from "./forwarder.ts";
import { settingsOf } from "./settings.ts";

const registry = new Registry([]);

async function settingsFrom(text: string) {
  const report = new Report();
  const source = new SourceText("config.yaml", text);
  const file = sidekickFile(source, { environment: () => undefined, report })!;
  return await settingsOf(file, { registry, report });
}

Deno.test("Forwarder.change() takes settings also after some that could not be taken", async () => {
  const settings = await settingsFrom("");
  const options = { registry, log: silentLogger, hostname: "host" };
  const forwarder = await Forwarder.open(settings, options);
  const broken = {
    ...settings,
    get sinks(): never {
      throw new Error("broken");
    },
  };
  await assertRejects(() => forwarder.change(broken), /broken/);
  const tags: (readonly string[])[] = [];
  forwarder.delivery.enqueue = (alert) => void tags.push(alert.tags);
  forwarder.take(sampleAlert({ tags: [] }));
  await forwarder.change(await settingsFrom("customtags: [added]"));
  forwarder.take(sampleAlert({ tags: [] }));
  assertEquals(tags, [[], ["added"]]);
  await forwarder.close();
});
