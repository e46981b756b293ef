import { assert, assertEquals } from "../../tests/assert.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import type { CheckedLeaf } from "./checked.ts";
import { keyOfLeaf } from "./leaf.ts";
import { fieldsOf, interpretCondition } from "./mod.ts";
import { anyOf, necessaryCondition, truthAmong } from "./necessary.ts";
import { check, type Values } from "./testing.ts";

const NO_STATE = {} as State;
const holds = (text: string, values: Values) =>
  interpretCondition(check(text).condition!, values as unknown as Event, NO_STATE);

/** Knows paths and nothing else. */
const pathsOnly = (leaf: CheckedLeaf) =>
  fieldsOf(leaf).every(({ definition }) => definition.name === "fd.name") ? "asked" : "open";

const leafOf = (text: string) => check(text).condition as CheckedLeaf;

Deno.test("necessaryCondition() is implied by the condition, whatever else is the case", () => {
  for (
    const text of [
      "fd.name startswith /etc and proc.name = cat",
      "fd.name startswith /etc or proc.name = cat",
      "not (fd.name startswith /etc and proc.name = cat)",
      "not (fd.name startswith /etc or proc.name = cat)",
      "fd.name = /etc/shadow and not proc.name in (cat, ls)",
      "not (not fd.name = /etc/shadow or not (proc.name = cat or proc.pid = 1))",
      "not proc.name = cat and not fd.name exists",
      "proc.exe = val(proc.name)",
    ]
  ) {
    const necessary = necessaryCondition(check(text).condition!, pathsOnly);
    for (const path of ["/etc/shadow", "/tmp/x", undefined]) {
      for (const name of ["cat", "sh", "/tmp/x", undefined]) {
        const values: Values = { "fd.name": path, "proc.name": name, "proc.pid": 1 };
        if (!holds(text, values)) continue;
        assert(
          typeof necessary === "boolean"
            ? necessary
            : interpretCondition(necessary, values as unknown as Event, NO_STATE),
          `${text}: ${JSON.stringify(values)}`,
        );
      }
    }
  }
});

Deno.test("necessaryCondition() keeps what can be asked", () => {
  const kept = necessaryCondition(
    check("fd.name startswith /etc and not (proc.name = cat and fd.name = /etc/x)").condition!,
    pathsOnly,
  );
  assertEquals(keyOfLeaf(kept as CheckedLeaf), keyOfLeaf(leafOf("fd.name startswith /etc")));
});

Deno.test("necessaryCondition() is false where known leaves leave no way", () => {
  const condition = check("proc.name = cat and not proc.pid = 1").condition!;
  const know = (leaf: CheckedLeaf) => truthAmong(leaf, [1]) ?? "open";
  const onlyPid = (leaf: CheckedLeaf) =>
    fieldsOf(leaf)[0]!.definition.name === "proc.pid" ? know(leaf) : "open";
  assertEquals(necessaryCondition(condition, onlyPid), false);
});

Deno.test("truthAmong() tells the truth that all values share", () => {
  assertEquals(truthAmong(leafOf("proc.pid < 0"), [-1, -2]), true);
  assertEquals(truthAmong(leafOf("proc.pid >= 0"), [-1, -2]), false);
  assertEquals(truthAmong(leafOf("proc.pid = -1"), [-1, -2]), undefined);
  assertEquals(truthAmong(leafOf("proc.pid exists"), [undefined]), false);
  assertEquals(truthAmong(leafOf("proc.pid != 5"), [undefined]), false);
  assertEquals(truthAmong(leafOf("proc.exe = val(proc.name)"), ["/x"]), undefined);
});

Deno.test("anyOf() holds when one condition does", () => {
  const one = check("proc.pid = 1").condition!;
  assertEquals(anyOf([]), false);
  assertEquals(anyOf([false, one, false]), one);
  assertEquals(anyOf([one, true]), true);
});
