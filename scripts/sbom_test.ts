import { assertEquals, assertThrows } from "../tests/assert.ts";
import { npmComponents } from "./sbom.ts";

const INTEGRITY = `sha512-${new Uint8Array(64).fill(1).toBase64()}`;

Deno.test("npmComponents() has each package of the lock file once, by name", () => {
  const lock = {
    npm: {
      "zod@4.6.7": { integrity: INTEGRITY },
      "@scope/name@1.0.0_zod@4.6.7": { integrity: INTEGRITY },
      "@scope/name@1.0.0": { integrity: INTEGRITY },
      "plain@2.0.0-rc.1": {},
    },
  };
  const found = npmComponents(lock, (name) => name === "zod" ? "MIT" : undefined);
  assertEquals(found.map(({ purl }) => purl), [
    "pkg:npm/%40scope/name@1.0.0",
    "pkg:npm/plain@2.0.0-rc.1",
    "pkg:npm/zod@4.6.7",
  ]);
  assertEquals(found.at(-1), {
    type: "library",
    name: "zod",
    version: "4.6.7",
    purl: "pkg:npm/zod@4.6.7",
    licenses: [{ expression: "MIT" }],
    hashes: [{ alg: "SHA-512", content: "01".repeat(64) }],
  });
});

Deno.test("npmComponents() refuses a lock file that it does not understand", () => {
  assertThrows(() => npmComponents({ npm: { zod: {} } }, () => undefined), /deno.lock has "zod"/);
  const weak = { npm: { "zod@1.0.0": { integrity: "sha1-abc" } } };
  assertThrows(() => npmComponents(weak, () => undefined), /no SHA-512/);
});
