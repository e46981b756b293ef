import { assertEquals } from "../../../tests/assert.ts";
import { Allowance } from "./allowance.ts";

Deno.test("Allowance gives so much until it is renewed", () => {
  const allowance = new Allowance(2);
  const take = () => [allowance.take(), allowance.take(), allowance.take()];
  assertEquals(take(), [true, true, false]);
  allowance.renew();
  assertEquals(take(), [true, true, false]);
});
