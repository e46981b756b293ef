import { assert, assertEquals } from "../assert.ts";
import { judgeAuditBodies, plainBodies } from "./audit_body_judge.ts";

Deno.test("audit bodies changed at random lose no event, and none of them stops falcod", () => {
  const tally = judgeAuditBodies(20261121, 1500, plainBodies());
  assertEquals(tally.bodies, 1500);
  assert(tally.events > 500, `${tally.events} events`);
  assert((tally.problems.get("malformed") ?? 0) > 100, "few were broken");
  assert((tally.problems.get("not-an-event") ?? 0) > 10, "few were odd");
});
