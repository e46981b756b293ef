import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import {
  allEventCodes,
  currentEventCode,
  eventCodesByName,
  eventCodesOfCall,
  eventNamesOf,
  eventType,
  eventTypes,
  exitEventOfSyscall,
  GENERIC_BASE,
  namesOfType,
  syscallByName,
  upstreamCode,
} from "./mod.ts";
import { newerCalls } from "./newer_calls.ts";

const DELIVERED = {
  fchmodat2: "fchmodat",
  preadv2: "preadv",
  pwritev2: "pwritev",
  move_mount: "mount",
};

Deno.test("a newer call is delivered as the event of the older one, with a code of its own", () => {
  assertEquals(newerCalls().map(({ call }) => call), Object.keys(DELIVERED));
  for (const [call, name] of Object.entries(DELIVERED)) {
    const { number, code, exitEvent } = syscallByName(call)!;
    assertEquals(exitEvent, undefined, `${call} has an event of upstream's now`);
    const type = exitEventOfSyscall(number!);
    const older = exitEventOfSyscall(syscallByName(name)!.number!);
    const { category, class: kind, direction, flags, params } = eventType(older)!;
    assertObjectMatch(eventType(type), {
      code: type,
      name,
      category,
      class: kind,
      direction,
      flags,
    });
    assertEquals(eventType(type)!.params, params);
    assertEquals([upstreamCode(type), upstreamCode(older)], [older, older]);
    assert(type >= eventTypes().length && type < GENERIC_BASE && allEventCodes().includes(type));
    assertEquals(namesOfType(type), [name, call]);
    // In captures of other tools it is a generic event.
    assertEquals(eventCodesByName(call), [type, GENERIC_BASE + code]);
    assertEquals(eventCodesByName(name).filter((one) => one >= older), [older, type]);
    assertEquals([currentEventCode(call), currentEventCode(name)], [type, older]);
  }
});

Deno.test("eventCodesOfCall() keeps newer calls and the older ones apart", () => {
  const [newer] = eventCodesByName("fchmodat2");
  assertEquals(eventCodesOfCall("fchmodat2"), eventCodesByName("fchmodat2"));
  assertEquals(
    eventCodesOfCall("fchmodat"),
    eventCodesByName("fchmodat").filter((code) => code !== newer),
  );
  assertEquals(eventCodesOfCall("pread64"), eventCodesByName("pread"));
  assertEquals(eventCodesOfCall("pread"), eventCodesByName("pread"));
  assertEquals(eventCodesOfCall("nonsense"), []);
});

Deno.test("eventNamesOf() names newer calls where they are meant, and the older ones where those are", () => {
  const named = (...names: string[]) => eventNamesOf(names.flatMap(eventCodesByName));
  assertEquals(named("fchmodat2"), ["fchmodat2"]);
  assertEquals(named("fchmodat"), ["fchmodat"]);
  assertEquals(named("mount", "fchmodat2"), ["fchmodat2", "mount"]);
  assertEquals(eventNamesOf([currentEventCode("fchmodat2")!]), ["fchmodat2"]);
});
