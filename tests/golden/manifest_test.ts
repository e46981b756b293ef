/**
 * Printed diagnostics of manifests, word for word: `manifest/<case>.json` goes in,
 * `manifest/<case>.txt` has to come out. `UPDATE_GOLDEN=1` rewrites the expected texts; read the
 * difference before you commit it.
 */
import { decodeText, renderText, Report } from "../../core/base/mod.ts";
import { readManifest } from "../../core/plugin/manifest.ts";
import { assertEquals } from "../assert.ts";

const FOLDER = new URL("./manifest/", import.meta.url);
const update = Deno.env.get("UPDATE_GOLDEN") === "1";

for (
  const { name: file } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)
) {
  if (!file.endsWith(".json")) continue;
  const name = file.slice(0, -".json".length);
  Deno.test(`golden manifest/${name} prints what it printed before`, () => {
    const report = new Report();
    const source = decodeText(file, Deno.readFileSync(new URL(file, FOLDER)), report);
    const manifest = source && readManifest(source, report);
    assertEquals(manifest === undefined, report.hasErrors);
    const text = renderText(report.diagnostics);
    const expected = new URL(`${name}.txt`, FOLDER);
    if (update) Deno.writeTextFileSync(expected, text);
    else assertEquals(text, Deno.readTextFileSync(expected));
  });
}
