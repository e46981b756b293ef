import { assert, assertEquals } from "../../tests/assert.ts";
import { currentEventCode, type Event, eventCodesByName } from "../event/mod.ts";
import { fixedValue, maySettle, syscallFields } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import { emitCondition, eventTypesOf, foldForEventType, interpretCondition } from "./mod.ts";
import { Budget, Reasoner } from "./reason.ts";
import { check } from "./testing.ts";

const newer = currentEventCode("fchmodat2")!;
const older = currentEventCode("fchmodat")!;
const generic = eventCodesByName("fchmodat2").at(-1)!;

/** What it is for fchmodat2, fchmodat, and fchmodat2 in captures of Falco's: the same, whoever judges. */
function truths(text: string): readonly boolean[] {
  const { condition, report } = check(text, {}, syscallFields);
  assert(condition, report.diagnostics[0]?.title);
  const types = eventTypesOf(condition);
  return [newer, older, generic].map((type) => {
    const event = { type } as Event, state = {} as State;
    const truth = interpretCondition(condition, event, state);
    assertEquals(emitCondition(condition)(event, state), truth, text);
    const folded = foldForEventType(condition, type);
    if (typeof folded === "boolean") assertEquals(folded, truth, text);
    else assertEquals(interpretCondition(folded, event, state), truth, text);
    assert(types.has(type) || !truth, `${text} does not ask for ${type}`);
    return truth;
  });
}

Deno.test("a comparison with the name of a newer call means that call, however it is delivered", () => {
  for (const field of ["evt.type", "syscall.type"]) {
    assertEquals(truths(`${field} = fchmodat2`), [true, false, true]);
    assertEquals(truths(`${field} = fchmodat`), [true, true, false]);
    assertEquals(truths(`${field} in (chmod, fchmod, fchmodat)`), [true, true, false]);
    assertEquals(truths(`${field} in (chmod, fchmodat2)`), [true, false, true]);
    assertEquals(truths(`${field} in (fchmodat, fchmodat2)`), [true, true, true]);
    assertEquals(truths(`${field} != fchmodat2`), [false, true, false]);
    assertEquals(truths(`${field} != fchmodat`), [false, false, true]);
    assertEquals(truths(`${field} != chmod`), [true, true, true]);
    assertEquals(truths(`not ${field} in (fchmodat2)`), [false, true, false]);
    assertEquals(truths(`${field} startswith fchmodat`), [true, true, true]);
    assertEquals(truths(`${field} contains fchmodat2`), [true, false, true]);
    assertEquals(truths(`${field} = fchmodat2 and ${field} = fchmodat`), [true, false, false]);
  }
  assertEquals(truths("syscall.type endswith at2"), [true, false, true]);
  assertEquals(truths("syscall.type glob *at"), [true, true, false]);
  assertEquals(truths("evt.type.is.fchmodat2 = 1"), [true, false, true]);
  assertEquals(truths("evt.type.is.fchmodat = 1"), [true, true, false]);
});

Deno.test("what a rule asks of a newer call is possible where its event has it", () => {
  const isImpossible = (text: string) => {
    const { condition } = check(text, {}, syscallFields);
    return new Reasoner(new Budget(100_000), { knowledge: { maySettle, fixedValue } })
      .refute([{ condition: condition!, holds: true }]) !== undefined;
  };
  assertEquals(isImpossible("evt.type = fchmodat2 and evt.arg.mode contains S_ISUID"), false);
  assertEquals(isImpossible("evt.type = fchmodat2 and evt.type = fchmodat"), false);
  assertEquals(isImpossible("evt.type = fchmodat2 and syscall.type = fchmodat"), false);
  assertEquals(isImpossible("evt.type = fchmodat2 and evt.type = chmod"), true);
  assertEquals(isImpossible("evt.type = fchmodat2 and evt.arg.oldpath = /x"), true);
});
