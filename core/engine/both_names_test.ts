import { eventCodesByName } from "../event/mod.ts";
import { assertEquals } from "../../tests/assert.ts";
import { withBothNames } from "./both_names.ts";

type Arguments = Parameters<typeof withBothNames>;

/** A link "l" in /d that leads to "rel". */
const type = eventCodesByName("symlink").at(-1)!;
const target = { raw: "rel", given: "rel", resolved: "/d/rel" };
const event = { type, param: (index: number) => index === 1 ? target : undefined };
const state = { descriptor: undefined };

function fieldsOf(asked: ReadonlyMap<string, string>) {
  const rendered = { message: "made", fields: asked };
  const both = withBothNames(rendered, event as Arguments[1], state as Arguments[2]);
  return [both.message, ...both.fields];
}

Deno.test("withBothNames() adds what a name is and what it leads to", () => {
  assertEquals(fieldsOf(new Map()), [
    "made | given=rel resolved=/d/rel",
    ["evt.rawarg.target", "rel"],
    ["evt.arg.target", "/d/rel"],
  ]);
});

Deno.test("withBothNames() leaves fields as the output has them", () => {
  assertEquals(fieldsOf(new Map([["evt.arg.target", "rel"]])), [
    "made | given=rel resolved=/d/rel",
    ["evt.arg.target", "rel"],
    ["evt.rawarg.target", "rel"],
  ]);
});
