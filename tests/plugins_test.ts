import { Registry } from "../core/plugin/mod.ts";
import { assertEquals } from "./assert.ts";
import { builtinPlugins } from "../plugins/mod.ts";

Deno.test("fields that are known without a source's plugin are the plugin's", async () => {
  const registry = new Registry(builtinPlugins);
  for (const source of registry.eventSources()) {
    const { fields } = await registry.load("source", source);
    assertEquals([...(await registry.fieldsOf(source)).keys()], [...fields.keys()]);
  }
});
