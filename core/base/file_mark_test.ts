import { assert, assertEquals } from "../../tests/assert.ts";
import { fileMark } from "./file_mark.ts";

Deno.test("fileMark() differs when a file is written, replaced or gone", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/file`;
    assertEquals(fileMark(path), "missing");
    Deno.writeTextFileSync(path, "one");
    const one = fileMark(path);
    assertEquals(fileMark(path), one);
    Deno.writeTextFileSync(path, "three");
    const three = fileMark(path);
    assert(three !== one);
    Deno.writeTextFileSync(`${folder}/other`, "three");
    Deno.renameSync(`${folder}/other`, path);
    assert(fileMark(path) !== three);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
