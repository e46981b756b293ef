import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { readTar } from "./tar.ts";
import { writeTar } from "./write_tar.ts";

const encoder = new TextEncoder();

async function roundTrip(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {
  return await readTar(ReadableStream.from([writeTar(files)]));
}

Deno.test("writeTar() writes what readTar() reads, and the same bytes each time", async () => {
  const files = new Map([
    ["falcod-plugin.json", encoder.encode("{}")],
    ["mod.js", new Uint8Array(512).fill(65)],
    ["empty.yaml", new Uint8Array()],
    [`${"f".repeat(80)}/${"g".repeat(70)}/${"h".repeat(100)}`, encoder.encode("deep")],
    [`${"a".repeat(99)}/b`, encoder.encode("split")],
  ]);
  assertEquals([...await roundTrip(files)], [...files]);
  assertEquals(writeTar(files), writeTar(files));
});

Deno.test("writeTar() writes paths of every length, or says that one is too long", async () => {
  for (let length = 1; length <= 220; length++) {
    const path = `${"d".repeat(40)}/`.repeat(7).slice(0, length - 1) + "x";
    assertEquals([...(await roundTrip(new Map([[path, encoder.encode(path)]]))).keys()], [path]);
  }
  assertThrows(
    () => writeTar(new Map([["n".repeat(101), new Uint8Array()]])),
    (error: Error) => error.message.includes("too long"),
  );
  assert(writeTar(new Map()).length === 1024);
});
