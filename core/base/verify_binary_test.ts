import { createHash } from "node:crypto";
import { assertEquals } from "../../tests/assert.ts";
import { verifyBinary } from "./verify_binary.ts";

const hash = (text: string) => createHash("sha256").update(text, "latin1").digest("hex");

Deno.test("verifyBinary() knows files that were changed, and the checksum of all", async () => {
  const files = "code, rules, probe";
  const mark = hash(files);
  const table = { mark, sizeBytes: 32 + files.length, files: {} };
  const markText = String.fromCharCode(...Uint8Array.fromHex(mark));
  const path = Deno.makeTempFileSync();
  try {
    for (
      const [content, isWhole] of [
        [`runtime${markText}${files}`, true],
        [`ruNtime${markText}${files}`, true],
        [`runtime${markText}code, rules, probE`, false],
        [`runtime${markText}${files}x`, false],
        [`runtime${markText}code`, false],
        [files.slice(0, 5), false],
        ["", false],
      ] as const
    ) {
      Deno.writeFileSync(path, Uint8Array.from(content, (unit) => unit.charCodeAt(0)));
      assertEquals(await verifyBinary(table, path), { sha256: hash(content), isWhole });
    }
  } finally {
    Deno.removeSync(path);
  }
});
