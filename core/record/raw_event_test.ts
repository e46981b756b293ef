import { assertEquals } from "../../tests/assert.ts";
import { live } from "../../tests/made_recordings.ts";
import { currentEventCode } from "../event/mod.ts";
import { State } from "../state/mod.ts";
import { rawParams } from "./raw_event.ts";

Deno.test("rawParams() makes a newer call the event that others know", () => {
  const state = new State();
  const path = { raw: "x", given: "/srv/x", resolved: undefined };
  const rawOf = (name: string) => rawParams(live(name, { params: [0, -100, path, 0o600] }), state);
  assertEquals(rawOf("fchmodat2"), rawOf("fchmodat"));
  assertEquals(rawOf("fchmodat2").type, currentEventCode("fchmodat"));
});
