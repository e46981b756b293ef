import { assert, assertEquals } from "../../tests/assert.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import type { CheckedLeaf } from "./checked.ts";
import { interpretCondition } from "./mod.ts";
import { namesBelow, truthBelow } from "./names_below.ts";
import { check } from "./testing.ts";

const NO_STATE = {} as State;
const leafOf = (text: string) => check(text).condition as CheckedLeaf;
const holds = (leaf: CheckedLeaf, path: string) =>
  interpretCondition(leaf, { "fd.name": path } as unknown as Event, NO_STATE);

Deno.test("namesBelow() takes off names, and nothing else", () => {
  assertEquals(namesBelow("/tmp/a", 1), { head: "/tmp/", names: 1 });
  assertEquals(namesBelow("/proc/1/stat", 2), { head: "/proc/", names: 2 });
  assertEquals(namesBelow("/a", 1), { head: "/", names: 1 });
  assertEquals(namesBelow("a", 1), { head: "", names: 1 });
  assertEquals(namesBelow("a/b", 2), { head: "", names: 2 });
  for (const path of ["/tmp/", "/", "", "/tmp/.", "/tmp/..", "/tmp/x..", "a//"]) {
    assertEquals(namesBelow(path, 1), undefined, path);
  }
  for (const path of ["/a", "a", "/tmp//a", "/../a", "/"]) {
    assertEquals(namesBelow(path, 2), undefined, path);
  }
});

const TEXTS = [
  ...["/tmp", "/tmp/", "/tmp/a", "/tmp/a/", "/tmp/a/b", "/tmp/a/b/c", "tmp", "a", "/a", "/a/b"],
  ...["b", "p/a", "p/a/b", "mp/", "/", "..", "../", "/..", "A", "/TMP/", "/etc", "/tmpa", "a/"],
  ...["/tmp/*", "/t*/a", "/tmp/?", "/tmp/[ab]", "/*/a/b", "*a", "/x/*", "/tmp/a*/b"],
];
const OPERATORS = ["=", "!=", "startswith", "endswith", "contains", "icontains", "glob", "iglob"];
const LISTS = ["in", "pmatch", "intersects"];
const HEADS = ["/tmp/", "/", "", "/tmp/a/", "tmp/", "../", "/tmp/../"];
const NAMES = ["a", "b", "aa", "A", "..x", ".a", "x.", "etc", "tmp", "c\udc80", "*"];

Deno.test("truthBelow() says nothing that some name makes wrong", () => {
  let decided = 0;
  const leaves = [
    ...OPERATORS.flatMap((operator) => TEXTS.map((text) => `fd.name ${operator} "${text}"`)),
    ...LISTS.flatMap((list) =>
      TEXTS.map((text, i) => `fd.name ${list} ("${text}", "${TEXTS[(i * 7 + 3) % TEXTS.length]}")`)
    ),
    `fd.name regex "/tmp/.*"`,
    "fd.name exists",
  ];
  for (const text of leaves) {
    const leaf = leafOf(text);
    for (const head of HEADS) {
      for (const names of [1, 2]) {
        const truth = truthBelow(leaf, { head, names });
        if (truth === undefined) continue;
        decided++;
        for (const name of NAMES) {
          for (const last of names === 1 ? [""] : NAMES.map((other) => `/${other}`)) {
            assertEquals(holds(leaf, head + name + last), truth, `${text}: ${head}${name}${last}`);
          }
        }
      }
    }
  }
  assert(decided > 2000, `only ${decided}`);
});

Deno.test("truthBelow() decides what the directory decides", () => {
  const below = { head: "/tmp/", names: 1 };
  const truths = {
    "fd.name = /etc/shadow": false,
    "fd.name = /tmp/x": undefined,
    "fd.name = /tmp/x/y": false,
    "fd.name != /etc/shadow": true,
    "fd.name in (/etc/shadow, /tmp)": false,
    "fd.name startswith /etc": false,
    "fd.name startswith /tmp/": true,
    "fd.name startswith /tmp/x": undefined,
    "fd.name contains /.ssh/": false,
    "fd.name contains .ssh": undefined,
    "fd.name contains ../": false,
    "fd.name endswith .so": undefined,
    "fd.name endswith /bin/sh": false,
    "fd.name pmatch (/etc, /tmp)": true,
    "fd.name pmatch (/etc, /tmp/x)": undefined,
    "fd.name pmatch (/etc, /var/tmp)": false,
    "fd.name glob /proc/*/environ": false,
    "fd.name glob /t*/environ": undefined,
  };
  for (const [text, truth] of Object.entries(truths)) {
    assertEquals(truthBelow(leafOf(text), below), truth, text);
  }
});
