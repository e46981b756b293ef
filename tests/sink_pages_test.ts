/** Pages of sinks name every key and show what is sent; `UPDATE_GOLDEN=1` writes their tables anew. */
import { z } from "zod";
import { Registry } from "../core/mod.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { keyNames } from "../core/app/config/known_keys.ts";
import { MORE_OF_SINKS } from "../core/app/config/likely_meant.ts";
import { assert, assertEquals } from "./assert.ts";
import { sidekickRows } from "../core/app/sidekick/document.ts";
import { assertDocumented, keyTable, markdownTable } from "./reference.ts";
import { payloadBlock } from "./sink_payloads.ts";

const registry = new Registry(builtinPlugins);

for (const name of registry.names("sink")) {
  const page = new URL(`../plugins/sinks/${name}/README.md`, import.meta.url);
  const hasPage = await Deno.stat(page).then(() => true, () => false);
  if (!hasPage) continue;
  Deno.test(`the page of the sink "${name}" names its keys`, async () => {
    const { schema } = await registry.load("sink", name);
    assert(schema instanceof z.ZodObject);
    const payload = await payloadBlock(registry, name);
    const sidekick = sidekickRows(name);
    assertDocumented(page, {
      keys: keyTable(schema.shape),
      ...sidekick.length > 0 && {
        sidekick: markdownTable([
          ["falcosidekick", "variable", "falcod"],
          ...sidekick.map(({ key, variable, falcod }) => [key, variable, falcod]),
        ]),
      },
      ...payload !== undefined && { payload },
    });
  });
}

Deno.test("keys that sinks take and Falco's outputs do not are told apart as they are", async () => {
  for (const [type, more] of MORE_OF_SINKS) {
    const { schema } = await registry.load("sink", type);
    assert(schema instanceof z.ZodObject);
    const known = [...keyNames([`${type}_output`], undefined) ?? [], "headers"];
    assertEquals(Object.keys(schema.shape).filter((key) => !known.includes(key)), more, type);
  }
});
