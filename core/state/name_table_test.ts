import { assert, assertEquals } from "../../tests/assert.ts";
import { NameTable } from "./name_table.ts";

const signal = new AbortController().signal;
const bytes = (...values: number[]) => Uint8Array.from(values);

function fakeResolver() {
  const world = {
    nowMs: 0,
    asked: [] as string[],
    answers: new Map<string, Uint8Array[]>([["a.example", [bytes(10, 0, 0, 1)]]]),
  };
  const names = new NameTable({
    now: () => world.nowMs,
    resolve: (name) => {
      world.asked.push(name);
      const answer = world.answers.get(name);
      return answer ? Promise.resolve(answer) : Promise.reject(new Error("no such name"));
    },
  });
  return { world, names };
}

Deno.test("watched names have addresses after refresh(), both ways", async () => {
  const { names } = fakeResolver();
  names.watch("a.example");
  assertEquals(names.addressesOf("a.example"), []);
  await names.refresh(signal);
  assertEquals(names.addressesOf("a.example"), [bytes(10, 0, 0, 1)]);
  assertEquals(names.namesOf(bytes(10, 0, 0, 1)), ["a.example"]);
  assertEquals(names.namesOf(bytes(10, 0, 0, 2)), []);
});

Deno.test("namesOf() takes an IPv4 address inside IPv6 for the IPv4 address", async () => {
  const { names } = fakeResolver();
  names.watch("a.example");
  await names.refresh(signal);
  const mapped = bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1);
  assertEquals(names.namesOf(mapped), ["a.example"]);
});

Deno.test("refresh() asks again when it is due, less often while nothing changes", async () => {
  const { world, names } = fakeResolver();
  names.watch("a.example");
  const askedAt: number[] = [];
  for (world.nowMs = 0; world.nowMs <= 200_000; world.nowMs += 1000) {
    const before = world.asked.length;
    await names.refresh(signal);
    if (world.asked.length > before) askedAt.push(world.nowMs / 1000);
  }
  assertEquals(askedAt, [0, 10, 30, 70, 150]);
});

Deno.test("refresh() keeps the addresses of a name that does not resolve any more", async () => {
  const { world, names } = fakeResolver();
  names.watch("a.example");
  await names.refresh(signal);
  world.answers.clear();
  world.nowMs = 10_000;
  await names.refresh(signal);
  assertEquals(world.asked.length, 2);
  assertEquals(names.addressesOf("a.example"), [bytes(10, 0, 0, 1)]);
});

Deno.test("retain() forgets the names no rule has any more", async () => {
  const { names } = fakeResolver();
  names.watch("a.example");
  await names.refresh(signal);
  names.retain(new Set(["b.example"]));
  assertEquals(names.namesOf(bytes(10, 0, 0, 1)), []);
  assertEquals(names.size, 1);
});

Deno.test("refresh() makes a name known at once, whatever others take", async () => {
  const found = Promise.withResolvers<void>();
  const names = new NameTable({
    resolve: (name) => {
      if (name !== "fast.example") return new Promise(() => {});
      queueMicrotask(() => found.resolve());
      return Promise.resolve([bytes(10, 0, 0, 1), bytes(10, 0, 0, 2)]);
    },
  });
  names.retain(new Set(["slow.example", "fast.example"]));
  const end = new AbortController();
  const refreshed = names.refresh(end.signal);
  await found.promise;
  await Promise.resolve();
  assertEquals(names.namesOf(bytes(10, 0, 0, 2)), ["fast.example"]);
  end.abort();
  await refreshed;
});

Deno.test("refresh() goes on with the names that rules have by now, when they are reloaded meanwhile", async () => {
  const asked: string[] = [], answers: (() => void)[] = [];
  const names = new NameTable({
    resolve: (name) => {
      asked.push(name);
      return new Promise((resolve) => answers.push(() => resolve([bytes(10, 0, 0, 1)])));
    },
  });
  const all = Array.from({ length: 1000 }, (_, id) => `${id}.example`);
  names.retain(new Set(all));
  const refreshed = names.refresh(signal);
  const before = new Set(asked);
  names.retain(new Set(["new.example", "0.example"]));
  while (answers.length > 0) {
    answers.shift()!();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await refreshed;
  assertEquals(asked.filter((name) => !before.has(name)), ["new.example", "0.example"]);
  assertEquals(names.namesOf(bytes(10, 0, 0, 1)), ["new.example", "0.example"]);
});

Deno.test("namesOf() has all names of an address, as long as they have it", async () => {
  const { world, names } = fakeResolver();
  world.answers.set("b.example", [bytes(10, 0, 0, 1), bytes(10, 0, 0, 9)]);
  names.retain(new Set(["a.example", "b.example"]));
  await names.refresh(signal);
  assertEquals(names.namesOf(bytes(10, 0, 0, 1)).toSorted(), ["a.example", "b.example"]);
  world.answers.set("a.example", [bytes(10, 0, 0, 3)]);
  world.nowMs = 10_000;
  await names.refresh(signal);
  assertEquals(names.namesOf(bytes(10, 0, 0, 1)), ["b.example"]);
  assertEquals(names.namesOf(bytes(10, 0, 0, 3)), ["a.example"]);
  names.retain(new Set(["a.example"]));
  assertEquals(names.namesOf(bytes(10, 0, 0, 9)), []);
});

Deno.test("namesOf() gives the same array until a name comes or goes, and a thousand names at most", async () => {
  const { world, names } = fakeResolver();
  const address = bytes(10, 0, 0, 1);
  names.retain(new Set(["a.example", "b.example"]));
  await names.refresh(signal);
  const first = names.namesOf(address);
  assert(names.namesOf(address) === first, "made again for each event");
  world.answers.set("b.example", [address]);
  world.nowMs = 20_000;
  await names.refresh(signal);
  assertEquals(first, ["a.example"]);
  assertEquals(names.namesOf(address), ["a.example", "b.example"]);
  names.retain(new Set(["b.example"]));
  assertEquals(names.namesOf(address), ["b.example"]);
  const many = Array.from({ length: 3000 }, (_, id) => `${id}.example`);
  for (const name of many) world.answers.set(name, [address]);
  names.retain(new Set(many));
  await names.refresh(signal);
  assertEquals(names.namesOf(address).length, 1024);
});

Deno.test("watch() takes tens of thousands of names, and addresses of odd lengths are dropped", async () => {
  const { world, names } = fakeResolver();
  world.answers.set("0", [bytes(1, 2, 3), bytes(1, 2, 3, 4)]);
  let taken = 0;
  for (let i = 0; i < 70_000; i++) if (names.watch(String(i))) taken++;
  assertEquals(taken, 65_536);
  await names.refresh(signal);
  assertEquals(names.addressesOf("0"), [bytes(1, 2, 3, 4)]);
});

Deno.test("refresh() stops asking when it is aborted", async () => {
  const { world, names } = fakeResolver();
  for (let i = 0; i < 100; i++) names.watch(String(i));
  await names.refresh(AbortSignal.abort());
  assertEquals(world.asked, []);
});
