import { assertEquals } from "../../../tests/assert.ts";
import { Secret } from "../../plugin/mod.ts";
import { MASK, SecretMask } from "./mask.ts";

Deno.test("SecretMask finds what an address has as credentials, also as they are sent", () => {
  const address = new Secret({
    value: "https://me-too:p%40ssword@example.org/hook/t0k3n-1?k=v4lue",
  });
  const mask = new SecretMask({ inner: [{ address }] });
  const sent = btoa("me-too:p@ssword");
  for (const secret of ["me-too", "p@ssword", "p%40ssword", sent, "t0k3n-1", "v4lue"]) {
    assertEquals(mask.text(`Basic <${secret}>`), `Basic <${MASK}>`);
  }
  assertEquals(
    mask.address(address.reveal()),
    `https://${MASK}@example.org/hook/${MASK}?k=${MASK}`,
  );
});
