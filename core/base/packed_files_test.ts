import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { DamagedBinary, PackedFiles, type PackedTable } from "./packed_files.ts";

const MARK = "ab".repeat(32);
const TABLE: PackedTable = {
  mark: MARK,
  sizeBytes: 32 + 8,
  files: {
    "rules/a.yaml": { offset: 32, sizeBytes: 5 },
    "empty": { offset: 37, sizeBytes: 0 },
    "last": { offset: 37, sizeBytes: 3 },
  },
};

function binary(content: (mark: Uint8Array) => readonly (string | Uint8Array)[]) {
  const path = Deno.makeTempFileSync();
  const parts = content(Uint8Array.fromHex(MARK));
  const encoder = new TextEncoder();
  for (const part of parts) {
    Deno.writeFileSync(path, typeof part === "string" ? encoder.encode(part) : part, {
      append: true,
    });
  }
  return {
    files: new PackedFiles(TABLE, { executable: path, root: "/bin/falcod" }),
    [Symbol.dispose]: () => Deno.removeSync(path),
  };
}

Deno.test("PackedFiles reads each file at the end of the binary, and nothing else", () => {
  using made = binary((mark) => ["some program", mark, "hello", "end"]);
  const read = (path: string) => {
    const bytes = made.files.read(path);
    return bytes && new TextDecoder().decode(bytes);
  };
  assertEquals(read("/bin/falcod/rules/a.yaml"), "hello");
  assertEquals(read("/bin/falcod/empty"), "");
  assertEquals(read(made.files.pathOf("last")), "end");
  for (const other of ["/bin/falcod/rules", "/bin/falcod/rules/b.yaml", "rules/a.yaml", ""]) {
    assertEquals([read(other), made.files.has(other)], [undefined, false]);
  }
  assertEquals(made.files.has("/bin/falcod/constructor"), false);
});

Deno.test("PackedFiles has folders, too", () => {
  using made = binary(() => []);
  assertEquals(made.files.filesIn("/bin/falcod/rules//"), ["/bin/falcod/rules/a.yaml"]);
  assertEquals(made.files.filesIn("/bin/falcod")?.length, 2);
  for (const other of ["/bin", "/", "", "/bin/falcod/rule", "/bin/falcod/rules/a.yaml"]) {
    assertEquals(made.files.filesIn(other), undefined);
  }
});

Deno.test("PackedFiles refuses a binary that is cut off or has grown", () => {
  const broken = [
    (_mark: Uint8Array) => [],
    () => ["hello"],
    (mark: Uint8Array) => ["some program", mark, "hello", "en"],
    (mark: Uint8Array) => ["some program", mark, "hello", "end", "\n"],
    () => ["some program hello end".repeat(9)],
  ];
  for (const content of broken) {
    using made = binary(content);
    assertThrows(() => made.files.read("/bin/falcod/last"), DamagedBinary);
  }
});
