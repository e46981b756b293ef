import { currentEventCode, type Event, GENERIC_BASE } from "../../../core/mod.ts";
import { assertEquals } from "../../../tests/assert.ts";
import { codeOf, typesFollowed } from "./slot.ts";

Deno.test("codeOf() gives plugins the types that they know", () => {
  const known = (type: number) => codeOf({ type } as Event);
  const fchmodat = currentEventCode("fchmodat")!;
  assertEquals(known(fchmodat), fchmodat);
  assertEquals(known(currentEventCode("fchmodat2")!), fchmodat);
  assertEquals(known(GENERIC_BASE + 7), 1);
});

Deno.test("typesFollowed() has newer calls among those whose events they are", () => {
  const [fchmodat, fchmodat2, open] = ["fchmodat", "fchmodat2", "open"].map(currentEventCode);
  assertEquals(typesFollowed([fchmodat!, open!]), new Set([fchmodat!, open!, fchmodat2!]));
  assertEquals(typesFollowed([]), new Set<number>());
});
