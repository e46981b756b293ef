/** Random leaves and paths, seeded: what the sieve says of a path's bytes is what the leaves say of the path. */
import { decodeUtf8, encodeUtf8 } from "../../core/base/mod.ts";
import type { Event } from "../../core/event/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { interpretCondition, PathSieve, SPECIAL } from "../../core/filter/mod.ts";
import type { Leaf } from "../../core/filter/leaf.ts";
import { check } from "../../core/filter/testing.ts";
import type { State } from "../../core/state/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const ROUNDS = 400, LEAVES = 6, PATHS = 80;

const COMPONENTS = ["a", "b", "ab", "ba", "etc", "e", "é", "x.y", "xx", "\udcc3", "\udca9z"];
const FIELDS = ["fd.name", "fd.name", "fd.nameraw", "fd.realpath", "fd.directory", "fd.filename"];
const OPERATORS = ["=", "!=", "in", "startswith", "endswith", "contains", "glob", "pmatch"];

function randomPath(random: Random): string {
  const components = Array.from({ length: 1 + random.below(4) }, () => random.pick(COMPONENTS));
  // As a source decodes it: two bytes beside each other may make a character.
  return decodeUtf8(encodeUtf8(`/${components.join("/")}`));
}

/** What a rule might ask of such paths: one of them, or a part of one. */
function randomText(random: Random, operator: string): string {
  const path = randomPath(random);
  const from = random.below(3) === 0 ? random.below(path.length) : 0;
  const to = random.below(2) === 0 ? path.length : from + random.below(path.length - from + 1);
  const text = path.slice(from, to);
  if (operator !== "glob" && operator !== "pmatch") return text;
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(["*", "?", "", "", "[a-b]"]) + text.slice(at);
}

/** What no path of the kernel is, or is not told from its bytes. */
function isNoPlainText(text: string): boolean {
  const isAscii = !/[^\0-\x7f]/.test(text);
  return !isAscii || !text.startsWith("/") || /\/(\.{0,2})(\/|$)/.test(text);
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;

function randomLeaf(random: Random): Leaf {
  const field = random.pick(FIELDS), operator = random.pick(OPERATORS);
  const many = operator === "in" || operator === "pmatch";
  const texts = Array.from(
    { length: many ? 1 + random.below(3) : 1 },
    () => quoted(randomText(random, operator)),
  );
  const right = many ? `(${texts.join(", ")})` : texts[0]!;
  const text = random.below(12) === 0 ? `${field} exists` : `${field} ${operator} ${right}`;
  const { condition } = check(text, {}, syscallFields);
  assert(condition?.kind === "comparison" || condition?.kind === "exists", text);
  return condition;
}

function holds(leaf: Leaf, path: string): boolean {
  const descriptor = {
    number: 3,
    typeChar: "f",
    path: { raw: path, given: path, resolved: path },
    socket: undefined,
  };
  const state = { descriptor, view: "given" } as unknown as State;
  return interpretCondition(leaf, { type: 0 } as unknown as Event, state);
}

Deno.test("paths that the sieve takes for one kind are the same to every leaf it tells", () => {
  let plain = 0, special = 0, told = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    const sieve = new PathSieve();
    const leaves = Array.from({ length: LEAVES }, () => randomLeaf(random))
      .filter((leaf) => sieve.add(leaf));
    told += leaves.length;
    const truths = new Map<number, { readonly path: string; readonly holds: string }>();
    for (let i = 0; i < PATHS; i++) {
      const path = randomPath(random);
      const bytes = new Uint8Array([0x2f, ...encodeUtf8(path), 0x61]);
      const kind = sieve.kindOf(bytes, 1, bytes.length - 1);
      if (kind === SPECIAL) {
        special++;
        continue;
      }
      plain++;
      const found = leaves.map((leaf) => holds(leaf, path) ? "1" : "0").join("");
      const other = truths.get(kind);
      if (other === undefined) truths.set(kind, { path, holds: found });
      else {
        assertEquals(found, other.holds, `FALCOD_SEED=${SEED + round}: ${path} and ${other.path}`);
      }
    }
  }
  // Or nothing was tried.
  assert(plain > ROUNDS && special > ROUNDS, `${plain} plain, ${special} special`);
  assert(told > ROUNDS * LEAVES / 2, `${told} leaves told`);
});

Deno.test("a sieve says of decoded paths what it says of their bytes", () => {
  let same = 0, refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    const sieve = new PathSieve();
    for (let i = 0; i < LEAVES; i++) sieve.add(randomLeaf(random));
    for (let i = 0; i < PATHS; i++) {
      const path = random.below(3) === 0
        ? random.pick(["", "/", "a", "//", "/.", "/..", "/...", "/a/../b", "/a//b", "/a/", "/.a/b"])
        : randomPath(random);
      const bytes = encodeUtf8(path);
      const expected = isNoPlainText(path) ? SPECIAL : sieve.kindOf(bytes, 0, bytes.length);
      assertEquals(sieve.kindOfText(path), expected, `FALCOD_SEED=${SEED + round}: ${path}`);
      if (expected === SPECIAL) refused++;
      else same++;
    }
  }
  assert(same > ROUNDS && refused > ROUNDS, `${same} the same, ${refused} refused`);
  assertEquals(new PathSieve().kindOfText(`/${"x".repeat(5000)}`), SPECIAL);
});

Deno.test("a sieve takes no leaves beyond its size, and none that bytes cannot tell", () => {
  const leaf = (text: string) => check(text, {}, syscallFields).condition as Leaf;
  const sieve = new PathSieve();
  assertEquals(sieve.add(leaf("fd.name startswith /etc")), true);
  assertEquals(sieve.add(leaf("fd.name regex .*x")), false);
  assertEquals(sieve.add(leaf("fd.name icontains x")), false);
  assertEquals(sieve.add(leaf("fd.name = val(proc.name)")), false);
  assertEquals(sieve.add(leaf(`fd.name = ${"x".repeat(10_000)}`)), false);
  assertEquals(sieve.add(leaf("fd.name endswith .key")), true);
  const bytes = encodeUtf8("/srv/a.key");
  assertEquals(sieve.kindOf(bytes, 0, bytes.length), SPECIAL);
  assert(sieve.kindOf(bytes, 0, bytes.length - 1) !== SPECIAL);
});
