import { assert, assertEquals } from "../../tests/assert.ts";
import { type Image, withWords, Words, wordsOf } from "../event/mod.ts";
import { cutImage, imageBytes, TEXT_LIMITS } from "./image_texts.ts";
import { ProcessTable } from "./process_table.ts";
import { credentials, exec, fork, image, snapshot } from "./testing.ts";

const BUDGET = 8 << 20;
const long = (n: number, units = 60_000): Image => ({
  ...image("sh"),
  args: [`${n}`, "a".repeat(units)],
});

/** As sources have it that do not take long lists apart. */
function lazy(n: number, variables: number): Image {
  const env = Array.from({ length: variables }, (_, i) => `V${n}_${i}=${"e".repeat(20)}\0`).join(
    "",
  );
  return withWords(image("sh"), { args: new Words(""), env: new Words(env) });
}

/** Programs that are started one after the other, each in a process of its own. */
function started(count: number, make: (n: number) => Image, textBytes = BUDGET): ProcessTable {
  const processes = new ProcessTable({ textBytes });
  for (let n = 0; n < count; n++) {
    const id = 100 + n;
    processes.apply({ kind: "exec", ...snapshot(id, { image: make(n) }) });
    assertEquals(processes.process(id)!.image.argsTruncated, false, "judged whole");
    processes.flush();
  }
  for (let n = 0; n < 4 * count; n++) processes.flush();
  return processes;
}

function held(processes: ProcessTable): number {
  const seen = new Set<unknown>();
  return [...processes.processes()].reduce((sum, { image }) => sum + imageBytes(image, seen), 0);
}

Deno.test("texts of processes take no more than the budget, and long ones are cut to 4 KB", () => {
  const processes = started(100, long);
  assert(held(processes) <= BUDGET, `${held(processes)}`);
  const { args, argsTruncated } = processes.process(100)!.image;
  assertEquals([args[0], args[1]!.length, argsTruncated], ["0", 4096 - 3, true]);
  assert(processes.counters.textsCut >= 90);
});

Deno.test("what ordinary processes have is not cut as long as that is enough", () => {
  const processes = started(100, (n) => n % 2 === 0 ? long(n) : long(n, 2000));
  assertEquals(processes.process(101)!.image.args[1]!.length, 2000);
  assertEquals(processes.process(100)!.image.args[1]!.length, 4096 - 3);
});

Deno.test("with too many that are short, less is kept of each, of environments first", () => {
  const processes = started(2600, (n) => ({
    ...image("sh"),
    args: ["a".repeat(500)],
    env: [`N=${n}`, "e".repeat(1500)],
  }));
  assert(held(processes) <= BUDGET, `${held(processes)}`);
  const { args, env } = processes.process(100)!.image;
  assertEquals(args[0]!.length, 500);
  assert(env.join("").length < 1500);
});

Deno.test("programs that children share with their parents count once", () => {
  const processes = new ProcessTable({ textBytes: BUDGET });
  processes.seed([snapshot(1, { image: long(1) })]);
  for (let id = 2; id < 400; id++) {
    // Each calls itself something, and so do its children.
    processes.apply({ kind: "comm", threadId: 1, processId: 1, comm: `n${id}` });
    processes.apply(fork(1, id));
    processes.flush();
  }
  assertEquals(processes.counters.textsCut, 0);
  assertEquals(processes.process(399)!.image.args[1]!.length, 60_000);
});

Deno.test("lists that are not taken apart are measured before anything is cut", () => {
  const processes = started(150, (n) => lazy(n, 170));
  assertEquals(processes.counters.textsCut, 0);
  assertEquals(processes.process(100)!.image.env.length, 170);
  const longer = started(300, (n) => lazy(n, 1700));
  assert(held(longer) <= BUDGET, `${held(longer)}`);
});

Deno.test("those that have ended make room", () => {
  const processes = new ProcessTable({ textBytes: BUDGET });
  for (let n = 0; n < 300; n++) {
    processes.apply({ kind: "exec", ...snapshot(100, { image: long(n), startClockNs: 1 }) });
    processes.flush();
  }
  assertEquals(processes.counters.textsCut, 0);
});

Deno.test("directories and cgroups count, too", () => {
  const processes = new ProcessTable({ textBytes: BUDGET });
  for (let id = 100; id < 3100; id++) {
    processes.seed([snapshot(id)]);
    processes.apply({
      kind: "cwd",
      threadId: id,
      processId: id,
      cwd: `/${id}${"d".repeat(4000)}`,
    });
    processes.flush();
  }
  for (let n = 0; n < 1000; n++) processes.flush();
  assert(processes.process(100)!.cwd.length <= 1024);
  assertEquals(processes.process(100)!.cwd.slice(0, 5), "/100d");
});

Deno.test("cutImage() leaves what is short, and gives those who share something the same", () => {
  const [limits] = TEXT_LIMITS;
  const short = image("sh");
  assertEquals(cutImage(short, limits!), short);
  const one = long(1), other = { ...one, comm: "other" };
  assert(cutImage(one, limits!) === cutImage(one, limits!));
  assert(cutImage(one, limits!).args === cutImage(other, limits!).args);
  const empty = { ...short, args: Array.from({ length: 9000 }, () => "") };
  assertEquals(cutImage(empty, limits!).args.length, 4096);
  for (const image of [one, other, empty]) {
    const cut = cutImage(image, limits!);
    assert(cutImage(cut, limits!) === cut, "cut once");
  }
});

Deno.test("an exec by who is known already is judged whole, whatever was cut before", () => {
  const processes = started(100, long);
  const change = exec(150, "cat");
  assert(change.kind === "exec");
  processes.apply({ ...change, image: long(7), startClockNs: 150 * 1e9 });
  assertEquals(processes.process(150)!.image.args[1]!.length, 60_000);
});

/** Words of two letters, and long paths: as much as somebody can have. */
const hostile = (n: number): Image => ({
  ...image(`h${n}`.padEnd(4000, "h")),
  args: Array.from({ length: 500 }, (_, i) => `${(i + n) % 90 + 10}`),
  env: Array.from({ length: 500 }, () => "ab"),
});
const innocent: Image = {
  ...image("java"),
  args: ["-jar", "x".repeat(300), "--evil"],
  env: ["LD_PRELOAD=/tmp/evil.so", "A=b"],
};
const FAR = `/srv/${"d".repeat(300)}`;

/** One ordinary process of root, and others, whose users are given. */
function crowded(uidOf: (n: number) => number, count = 400): ProcessTable {
  const processes = new ProcessTable({ textBytes: 2 << 20 });
  processes.apply({ kind: "exec", ...snapshot(5, { image: innocent, cwd: FAR }) });
  for (let n = 0; n < count; n++) {
    const of = { image: hostile(n), credentials: credentials(uidOf(n)), cwd: `/${n}` };
    processes.apply({ kind: "exec", ...snapshot(100 + n, of) });
    processes.flush();
  }
  for (let n = 0; n < 4 * count; n++) processes.flush();
  return processes;
}

for (
  const [whose, uidOf] of [
    ["one user", () => 1000],
    ["as many users", (n) => 1000 + n],
    ["the same user", () => 0],
  ] satisfies [string, (n: number) => number][]
) {
  Deno.test(`many processes of ${whose} take no texts from an ordinary one`, () => {
    const processes = crowded(uidOf);
    assert(held(processes) <= 2 << 20, `${held(processes)}`);
    assert(processes.counters.textsCut >= 200);
    const { image, cwd } = processes.process(5)!;
    assert(image === innocent);
    assertEquals(cwd, FAR);
  });
}

Deno.test("of an environment something is left, whatever there is", () => {
  const { env, args } = crowded(() => 1000, 1500).process(100)!.image;
  assertEquals([env.length, args.length], [43, 43]);
});

Deno.test("long lists are counted and cut without being taken apart", () => {
  const processes = started(300, (n) => lazy(n, 1700));
  assert(processes.counters.textsCut >= 100);
  let whole = 0;
  for (const { image } of processes.processes()) {
    const { env } = wordsOf(image)!;
    assert(!env.isApart, "nobody asked");
    if (env.length > 4096) whole++;
    else assertEquals(image.env[0]!.slice(-20), "e".repeat(20));
  }
  assert(whole < 200);
});
