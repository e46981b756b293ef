import { gzipSync } from "node:zlib";
import { assertEquals } from "../../../tests/assert.ts";
import { checkReplaceable, ReplaceError } from "./replaceable.ts";

const CAPTURE = new Uint8Array([0x0a, 0x0d, 0x0d, 0x0a, 0x1c, 0, 0, 0]);

async function isReplaceable(path: string): Promise<boolean> {
  try {
    await checkReplaceable(path);
    return true;
  } catch (error) {
    if (!(error instanceof ReplaceError)) throw error;
    assertEquals(error.message, `Cannot replace "${path}": it is no capture`);
    return false;
  }
}

Deno.test("checkReplaceable() lets captures be replaced, and what holds nothing", async () => {
  const path = Deno.makeTempFileSync();
  try {
    assertEquals(await isReplaceable(path), true, "empty");
    for (const bytes of [CAPTURE, gzipSync(CAPTURE)]) {
      Deno.writeFileSync(path, bytes);
      assertEquals(await isReplaceable(path), true, `${bytes}`);
    }
  } finally {
    Deno.removeSync(path);
  }
  for (const name of [path, "-", "/dev/null", "/dev/full"]) {
    assertEquals(await isReplaceable(name), true, name);
  }
});

Deno.test("checkReplaceable() keeps every other file", async () => {
  const path = Deno.makeTempFileSync();
  const text = new TextEncoder().encode("something dear");
  const others = [
    ["text", text],
    ["a compressed text", gzipSync(text)],
    ["less than a beginning", CAPTURE.subarray(0, 3)],
    ["compressed, and cut", gzipSync(CAPTURE).subarray(0, 12)],
    ["gzip's first bytes alone", new Uint8Array([0x1f, 0x8b])],
  ] as const;
  try {
    for (const [what, bytes] of others) {
      Deno.writeFileSync(path, bytes);
      assertEquals(await isReplaceable(path), false, what);
    }
  } finally {
    Deno.removeSync(path);
  }
});
