import { assertEquals } from "../../../tests/assert.ts";
import { digestsOf } from "./digests.ts";

Deno.test("digestsOf() has the SHA-256 of what can be read", async () => {
  const path = Deno.makeTempFileSync({ prefix: "falcod-digest-" });
  try {
    Deno.writeTextFileSync(path, "abc");
    const { rules, config } = await digestsOf({ rules: [path, `${path}-gone`], config: [] });
    assertEquals([rules, config], [[{
      path,
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }], []]);
  } finally {
    Deno.removeSync(path);
  }
});
