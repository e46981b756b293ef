import { assert, assertEquals } from "../../tests/assert.ts";
import { ReplayThread, Threads } from "./threads.ts";

Deno.test("Threads keeps the newest, however many come and whatever ids they have", () => {
  const threads = new Threads();
  const add = (id: number, process = id) =>
    threads.add(new ReplayThread(id, threads.process(process), threads));
  let next = 1;
  while (!threads.isFull) add(next++);
  const capacity = next - 1;
  // Some come anew, and are new then.
  for (let id = 1; id <= 100; id++) add(id);
  for (let more = 0; more < capacity + 1000; more++) add(next++, more % 2 === 0 ? 7 : next);
  assertEquals([...threads].length, capacity);
  for (const gone of [1, 100, capacity, next - capacity - 1]) {
    assertEquals(threads.get(gone), undefined);
  }
  for (const kept of [next - capacity, next - 1]) assert(threads.get(kept) !== undefined);
  // Nobody has been forgotten while the table was emptied.
  threads.clear();
  for (let id = 1; id <= capacity + 5; id++) add(id);
  assertEquals([threads.get(5), threads.get(6)?.id], [undefined, 6]);
});

Deno.test("children of a main thread that ended before the others are its heir's", () => {
  const threads = new Threads();
  const add = (id: number, process = id) => {
    const thread = new ReplayThread(id, threads.process(process), threads);
    threads.add(thread);
    return thread;
  };
  const leader = add(10), heir = add(11, 10), child = add(20);
  child.parentId = leader.id;
  leader.heirId = heir.id;
  assertEquals(child.parent, leader);
  threads.end(leader);
  assertEquals(child.parent, heir);
  // Another thread called exec and took its place.
  threads.revive(leader);
  assertEquals(child.parent, leader);
});
