import { assertEquals } from "../../tests/assert.ts";
import { tokenIn } from "./oauth.ts";

Deno.test("tokenIn() knows when a token ends, in all ways that servers tell it", () => {
  const nowMs = 1_700_000_000_000;
  const endOf = (document: unknown) =>
    (tokenIn(JSON.stringify(document), { who: "X", nowMs }).endsAtMs! - nowMs) / 1000;
  const access_token = "t";
  assertEquals(endOf({ access_token, expires_in: 3599 }), 3599);
  assertEquals(endOf({ access_token, expires_in: "3599", expires_on: "1" }), 3599);
  assertEquals(endOf({ access_token, expires_on: "1700000100" }), 100);
  for (const other of [{}, { expires_in: "soon" }, { expires_on: {} }, { expires_in: null }]) {
    assertEquals(endOf({ access_token, ...other }), 600);
  }
});
