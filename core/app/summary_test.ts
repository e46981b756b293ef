import { assertEquals } from "../../tests/assert.ts";
import type { LaneCounters } from "../delivery/mod.ts";
import { outputLines } from "./summary.ts";

const LANE: LaneCounters = {
  name: "away",
  state: "working",
  queued: 0,
  delivered: 1,
  dropped: 0,
  failed: 21,
  rejected: 0,
  expired: 0,
  retries: 0,
  repeated: 0,
  kept: 0,
};

Deno.test("outputLines() says that more alerts may be lost where a spool was spoilt", () => {
  assertEquals(outputLines([LANE]), ["  output away, alerts lost: 21"]);
  assertEquals(outputLines([{ ...LANE, isAtLeast: true }]), [
    "  output away, alerts lost: 21 or more",
  ]);
});
