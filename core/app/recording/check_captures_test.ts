import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { checkConfig } from "../config/check.ts";
import { readConfigText } from "../config/load.ts";
import { checkCapturePlace } from "./check_captures.ts";

/** What is said of a prefix. */
function said(prefix: string, more = ""): string[] {
  const report = new Report();
  const text = `capture: {enabled: true, path_prefix: ${JSON.stringify(prefix)}}\n${more}`;
  const root = readConfigText(new SourceText("falco.yaml", text), {
    environment: () => undefined,
    report,
  })!;
  const found = new Report();
  checkCapturePlace({ config: checkConfig(root, report), root, files: [] }, found);
  return found.diagnostics.map(({ code, severity, title }) => `${code} ${severity}: ${title}`);
}

Deno.test("checkCapturePlace() tells of prefixes that no file can begin with", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/file`, "");
    for (const fine of [`${folder}/own`, `${folder}/`, "own", "/own"]) {
      assertEquals(said(fine), [], fine);
    }
    const odd = [
      [`${folder}/none/own`, `there is no folder "${folder}/none"`],
      [`${folder}/file/own`, `"${folder}/file" is no folder`],
      [`${folder}/file/x/own`, `folder "${folder}/file/x": a part of the path is no directory`],
      [`${folder}/${"o".repeat(209)}`, "the names of the files would be too long"],
    ] as const;
    for (const [prefix, reason] of odd) {
      assertEquals(said(prefix), [`C032 warning: captures of rules cannot be written: ${reason}`]);
    }
    assertEquals(said(`${folder}/${"o".repeat(208)}`), []);
    assert(said("/a\0b/c")[0]!.startsWith("C032"));
    assertEquals(said("/nowhere/own", "engine: {kind: replay, replay: {capture_file: x}}"), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
