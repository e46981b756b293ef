import { z } from "zod";
import { COMMON_KEYS } from "../core/app/config/sink_options.ts";
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

Deno.test("no key of a sink is one that every sink has", async () => {
  const registry = new Registry(builtinPlugins);
  for (const name of registry.names("sink")) {
    const { schema } = await registry.load("sink", name);
    const own = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    assertEquals(own.filter((key) => COMMON_KEYS.includes(key)), [], name);
  }
});
