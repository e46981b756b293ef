import { assert, assertEquals } from "../../tests/assert.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { settleCondition } from "./fold.ts";
import { fieldsOf, interpretCondition } from "./mod.ts";
import { check, type Values } from "./testing.ts";

/** Comes later in these tests. */
const OPEN = "proc.name";
const NO_STATE = {} as State;
const event = (values: Values) => values as unknown as Event;

const CONDITIONS = [
  "proc.name = cat",
  "not proc.name = cat",
  "proc.name exists",
  "proc.pid = 5 and proc.name = cat",
  "proc.pid = 6 and proc.name = cat",
  "proc.pid = 5 or proc.name = cat",
  "proc.pid = 6 or not (proc.name in (cat, ls) and fd.name startswith /etc)",
  "proc.name = val(proc.exe)",
  "proc.exe = val(proc.name)",
  "tolower(proc.name) = tolower(proc.exe)",
  "fd.name = /etc/shadow",
  "evt.buffer contains cat or proc.name = ls",
];

Deno.test("settleCondition() leaves what means the same once the rest is known", () => {
  const now: Values = {
    "proc.pid": 5,
    "proc.exe": "cat",
    "fd.name": "/etc/shadow",
    "evt.buffer": new TextEncoder().encode("a dog"),
  };
  for (const text of CONDITIONS) {
    const condition = check(text).condition!;
    const rest = settleCondition(condition, event(now), NO_STATE, ({ name }) => name === OPEN);
    for (const value of ["cat", "CAT", "ls", "sh", undefined]) {
      const whole = event({ ...now, [OPEN]: value });
      // Nothing but the open field is asked any more.
      const later = typeof rest === "boolean"
        ? rest
        : interpretCondition(rest, event({ [OPEN]: value }), NO_STATE);
      assertEquals(later, interpretCondition(condition, whole, NO_STATE), `${text} with ${value}`);
    }
  }
});

Deno.test("settleCondition() decides what the rest decides, and leaves nothing of the event", () => {
  const now = event({ "proc.pid": 5, "proc.exe": "cat" });
  const settle = (text: string) =>
    settleCondition(check(text).condition!, now, NO_STATE, ({ name }) => name === OPEN);
  assertEquals(settle("proc.pid = 6 and proc.name = cat"), false);
  assertEquals(settle("proc.pid = 5 or proc.name = cat"), true);
  const rest = settle("proc.pid = 5 and proc.exe = val(proc.name)");
  assert(typeof rest !== "boolean");
  assertEquals(fieldsOf(rest).map(({ definition }) => definition.name), [OPEN]);
});
