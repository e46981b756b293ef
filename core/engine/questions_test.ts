import { assert, assertEquals } from "../../tests/assert.ts";
import type { Event } from "../event/mod.ts";
import { type Leaf, leafPredicate, type Outline } from "../filter/mod.ts";
import { check } from "../filter/testing.ts";
import type { Rule } from "../rule/mod.ts";
import type { State } from "../state/mod.ts";
import { Questions, type Sketch, Standing } from "./questions.ts";

const LEAVES = ["proc.name = a", "proc.pid = 1", "proc.exe = b", "proc.pid = 2"]
  .map((text) => check(text).condition as Leaf);

const bit = (index: number, ofKin = true): Outline => ({ kind: "bit", index, ofKin });
const and = (...children: readonly Outline[]): Outline => ({ kind: "and", children });
const or = (...children: readonly Outline[]): Outline => ({ kind: "or", children });

function sketch(name: string, outline: Outline): Sketch {
  return { rule: { rule: { name } as Rule, matches: () => true }, outline };
}

function settle(sketches: readonly Sketch[], values: Readonly<Record<string, string | number>>) {
  const read: string[] = [];
  const event = new Proxy(values, {
    get: (target, key) => {
      read.push(String(key));
      return Reflect.get(target, key);
    },
  });
  const start = new Standing(sketches, [], false);
  const questions = new Questions(LEAVES);
  const { rules, shared } = questions.settle(start, event as unknown as Event, {} as State);
  return { names: rules.map(({ rule }) => rule.name), shared, read };
}

Deno.test("Questions asks first what rules out most, and nothing when no rule is left", () => {
  assert(leafPredicate(LEAVES[0]!)({ "proc.name": "a" } as unknown as Event, {} as State));
  const sketches = [
    sketch("one", and(or(bit(1), bit(3)), bit(0))),
    sketch("two", and(bit(0), bit(2))),
  ];
  assertEquals(settle(sketches, { "proc.name": "x", "proc.pid": 1 }), {
    names: [],
    shared: "whole kin",
    read: ["proc.name"],
  });
});

Deno.test("Questions leaves the rules that hold, and those of which more is open", () => {
  const open: Outline = { kind: "open", ofKin: false };
  const sketches = [
    sketch("holds", and(bit(0), bit(2))),
    sketch("open", and(bit(0), open)),
    sketch("not", and(bit(0), { kind: "not", child: bit(2) })),
  ];
  const { names, shared } = settle(sketches, { "proc.name": "a", "proc.exe": "b", "proc.pid": 1 });
  assertEquals(names, ["holds", "open"]);
  assertEquals(shared, "its thread class");
});

Deno.test("Standing shares nothing with a kin that gives other answers", () => {
  const outline = and(bit(0, false), bit(2));
  const all = new Standing([sketch("one", outline)], [sketch("one", outline)], false);
  const answered = (asked: number) =>
    all.narrowed({ asked, bits: 0, event: undefined, path: undefined, process: undefined });
  assertEquals(answered(0b001).shared, "nobody");
  assertEquals(answered(0b101).shared, "whole kin");
  assertEquals(answered(0b101).rules, []);
});
