import { assert, assertEquals } from "../../tests/assert.ts";
import { allEventCodes, eventCodesByName, eventNames, eventNamesOf } from "../event/mod.ts";
import { bothWays, check } from "./testing.ts";
import { type CheckedCondition, eventTypesOf, foldForEventType, tellsEventTypes } from "./mod.ts";
import { Report } from "../base/mod.ts";

const openat = eventCodesByName("openat");
const close = eventCodesByName("close");

function types(text: string): readonly number[] {
  return [...eventTypesOf(check(text).condition!)].sort((a, b) => a - b);
}

Deno.test("eventTypesOf() looks once at what several conditions share", () => {
  const opening = check("evt.type = openat").condition!;
  let looks = 0;
  const shared: CheckedCondition = {
    kind: "or",
    get children() {
      looks++;
      return [opening, check("evt.type = close").condition!];
    },
  };
  for (let round = 0; round < 3; round++) {
    const both = eventTypesOf({ kind: "and", children: [shared, opening] });
    assertEquals([...both], openat);
    const rest = eventTypesOf({ kind: "not", child: shared });
    assertEquals(rest.size, allEventCodes().length - openat.length - close.length);
  }
  assertEquals(looks, 2);
});

Deno.test("eventTypesOf() narrows by the event's type, through and, or and not", () => {
  const all = allEventCodes();
  assertEquals(types("evt.type = openat"), openat);
  assertEquals(types("evt.type in (openat, close) and proc.name = a"), [...close, ...openat]);
  assertEquals(types("evt.type = openat or proc.name = a"), all);
  assertEquals(types("evt.type = openat and evt.type = close"), []);
  assertEquals(
    types("not (evt.type = openat or proc.name = a)").length,
    all.length - openat.length,
  );
  assertEquals(types("not evt.type != openat"), openat);
  assertEquals(types("syscall.type = openat"), openat);
  assertEquals(types("evt.type exists"), all);
  // An asynchronous event brings its name along.
  const [async] = eventCodesByName("asyncevent");
  const opening = eventNames().filter((name) => name.startsWith("open"));
  assert(opening.includes("openat2") && opening.length < 10);
  assertEquals(eventNamesOf(types("evt.type startswith open")), ["asyncevent", ...opening]);
  assert(types("not evt.type startswith open").includes(async!));
  assertEquals(
    types("not evt.type startswith open").length,
    all.length + 1 - types("evt.type startswith open").length,
  );
  assertEquals(eventNamesOf(types("evt.type = anyof (close)")), ["asyncevent", "close"]);
  assert(!types("evt.dir = >").includes(openat[0]!));
  assertEquals(types("evt.dir = <").length + types("evt.dir = >").length, all.length);
  assertEquals(types("not evt.dir = >"), types("evt.dir = <"));
  assertEquals(types("evt.num < 1"), []);
});

Deno.test("eventTypesOf() knows generic system calls by name", () => {
  assertEquals(types("evt.type = sethostname"), eventCodesByName("sethostname"));
  assert(eventCodesByName("sethostname").length > 0);
});

Deno.test("foldForEventType() decides what the type decides and keeps the rest", () => {
  const { condition } = check(
    "evt.type in (openat, close) and not evt.type = close and proc.name = a",
  );
  const [code] = openat;
  const folded = foldForEventType(condition!, code!);
  assert(typeof folded !== "boolean");
  assertEquals(folded.kind, "comparison");
  assertEquals(bothWays(folded, { "proc.name": "a" }, "folded"), true);
  assertEquals(foldForEventType(condition!, close[0]!), false);
  assertEquals(foldForEventType(check("evt.type exists or proc.name = a").condition!, code!), true);
  assertEquals(foldForEventType(check("evt.type startswith open").condition!, code!), true);
  assertEquals(foldForEventType(check("evt.type = anyof (close)").condition!, code!), false);
});

Deno.test("foldForEventType() leaves alone what the type does not decide", () => {
  const { condition } = check("evt.type = val(proc.name) or tolower(evt.type) = open");
  assertEquals(foldForEventType(condition!, openat[0]!), condition);
});

Deno.test("tellsEventTypes() refuses types that are transformed or compared with values", () => {
  const told = (text: string) => {
    const report = new Report();
    const tells = tellsEventTypes(check(text).condition!, report);
    assertEquals(tells, report.diagnostics.length === 0, text);
    return tells;
  };
  for (
    const text of [
      "proc.name = a and not b64(evt.type) = close",
      "tolower(toupper(evt.type)) in (close)",
      "toupper(evt.type) exists",
      "evt.type != val(proc.name)",
      "syscall.type = tolower(proc.name)",
    ]
  ) assertEquals(told(text), false, text);
  for (
    const text of ["evt.type in (open)", "toupper(evt.type) startswith OPEN", "evt.type exists"]
  ) {
    assertEquals(told(text), true, text);
  }
  assertEquals(told("proc.name = tolower(evt.type)"), true);
});
