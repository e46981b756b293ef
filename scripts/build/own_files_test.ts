import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { PackedFiles } from "../../core/base/packed_files.ts";
import { packFiles, readOwnFiles } from "./own_files.ts";

Deno.test("packFiles() makes what PackedFiles reads", () => {
  const files = [["a/b", Uint8Array.of(1, 2)], ["none", Uint8Array.of()], [
    "c",
    Uint8Array.of(3),
  ]] as const;
  const { table, bytes } = packFiles(files);
  const executable = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(executable, Uint8Array.of(9, 9, 9));
    Deno.writeFileSync(executable, bytes, { append: true });
    const packed = new PackedFiles(table, { executable, root: "/x" });
    for (const [name, content] of files) assertEquals(packed.read(`/x/${name}`), content);
  } finally {
    Deno.removeSync(executable);
  }
});

Deno.test("readOwnFiles() says how to get what is missing", () => {
  assertThrows(
    () => readOwnFiles("/nonexistent", "x86_64"),
    /cannot be read: git checkout rules\/demo/,
  );
});
