import { assertEquals } from "../../tests/assert.ts";
import { KeptRecords } from "./_kept_records.ts";
import { originOf } from "./_origin.ts";
import { ProcessRecord } from "./_records.ts";
import { Changes } from "./changes.ts";
import { credentials, snapshot } from "./testing.ts";

function recordsFor(capacity: number) {
  const gone: number[] = [];
  const kept = new KeptRecords({ capacity, evicts: ({ id }) => gone.push(id) });
  return { kept, gone, ids: () => [[...kept.processes.keys()], [...kept.threads.keys()]] };
}

/** Not used by anybody yet, unlike a process that has just started. */
function process(id: number): ProcessRecord {
  const origin = { ...originOf(snapshot(id)), containerId: "host" };
  return Object.assign(new ProcessRecord(id, origin, new Changes()), { used: false });
}

const thread = (threadId: number) => ({ threadId, comm: "io", credentials: credentials(0) });

Deno.test("a process for which there is no room takes that of one that was not used", () => {
  const { kept, gone, ids } = recordsFor(2);
  const [shell, cron] = [process(1), process(2)];
  kept.add(shell);
  kept.add(cron);
  shell.used = true;
  kept.add(process(3));
  assertEquals([gone, kept.evicted], [[2], 1]);
  assertEquals(ids(), [[1, 3], [1, 3]]);
});

Deno.test("a process does not make room for its child", () => {
  const { kept, gone } = recordsFor(2);
  const parent = process(1);
  kept.add(parent);
  kept.add(process(2));
  kept.add(process(3), parent);
  assertEquals(gone, [2]);
});

Deno.test("a process makes room with all of its threads", () => {
  const { kept, gone, ids } = recordsFor(4);
  const server = process(1);
  kept.add(server);
  kept.addThread(server, thread(11));
  kept.addThread(server, thread(12));
  kept.add(process(2));
  kept.add(process(3));
  assertEquals([gone, kept.evicted], [[1], 1]);
  assertEquals(ids(), [[2, 3], [2, 3]]);
});

Deno.test("threads push nobody out: their main thread shows what they do", () => {
  const { kept, gone } = recordsFor(3);
  const [bomb, other] = [process(1), process(2)];
  kept.add(bomb);
  kept.add(other);
  assertEquals(kept.addThread(bomb, thread(11)).id, 11);
  assertEquals(kept.addThread(bomb, thread(12)), bomb.leader);
  assertEquals([gone, kept.threadsNotKept, bomb.threadCount], [[], 1, 2]);
});

Deno.test("a main thread that comes back takes the place of another thread of its process", () => {
  const { kept, gone, ids } = recordsFor(3);
  const [server, other] = [process(1), process(2)];
  kept.add(server);
  kept.add(other);
  kept.removeThread(server.leader);
  kept.addThread(server, thread(11));
  kept.addThread(server, thread(12));
  kept.keepLeader(server);
  assertEquals([gone, server.leaderGone, server.threadCount], [[], false, 2]);
  assertEquals(ids(), [[1, 2], [2, 12, 1]]);
});

Deno.test("a main thread that comes back to no other thread takes the place of a process", () => {
  const { kept, gone, ids } = recordsFor(2);
  const [server, other] = [process(1), process(2)];
  kept.add(server);
  kept.removeThread(server.leader);
  kept.add(other);
  kept.addThread(other, thread(21));
  assertEquals(kept.addThread(server, thread(1)), server.leader);
  assertEquals(gone, [2]);
  assertEquals(ids(), [[1], [1]]);
});

Deno.test("threads that were added are counted once, however often they come back", () => {
  const { kept } = recordsFor(4);
  const server = process(1);
  kept.add(server);
  kept.keepLeader(server);
  kept.addThread(server, thread(11));
  kept.addThread(server, thread(11));
  assertEquals([kept.threadsAdded, kept.threads.size], [3, 2]);
});
