import { assertEquals } from "../../tests/assert.ts";
import { AskedNames } from "./name_service.ts";
import type { Group } from "./user_table.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

function service(names: Record<number, string>) {
  const asked: number[] = [];
  const host = { nowMs: 0, changes: 0, fails: false, asked, names };
  const known = new AskedNames<Group>((id) => {
    asked.push(id);
    const name = names[id];
    return host.fails
      ? Promise.reject(new Error("down"))
      : Promise.resolve(name ? { name } : undefined);
  }, { now: () => host.nowMs, onChange: () => host.changes++ });
  return { host, known };
}

Deno.test("AskedNames answers at once, and with the name when the service has told it", async () => {
  const { host, known } = service({ 7: "ada" });
  assertEquals(known.get(7), undefined);
  await soon();
  assertEquals([known.get(7)?.name, host.changes], ["ada", 1]);
});

Deno.test("AskedNames asks for an id once, as long as the answer may be kept", async () => {
  const { host, known } = service({ 7: "ada" });
  for (let i = 0; i < 5; i++) known.get(7);
  for (let i = 0; i < 5; i++) known.get(8);
  await soon();
  host.nowMs = 19_000;
  known.get(7);
  known.get(8);
  await soon();
  assertEquals(host.asked, [7, 8]);
  host.nowMs = 21_000;
  known.get(7);
  known.get(8);
  await soon();
  assertEquals(host.asked, [7, 8, 8], "nobody may become somebody");
});

Deno.test("AskedNames keeps a name while the service is down, and takes another one when it says so", async () => {
  const { host, known } = service({ 7: "ada" });
  known.get(7);
  await soon();
  host.fails = true;
  host.nowMs = 601_000;
  assertEquals(known.get(7)?.name, "ada");
  await soon();
  assertEquals(known.get(7)?.name, "ada");
  host.fails = false;
  host.names[7] = "grace";
  host.nowMs = 1_300_000;
  known.get(7);
  await soon();
  assertEquals([known.get(7)?.name, host.changes], ["grace", 2]);
});

Deno.test("AskedNames asks one after the other, and of a flood not for all at once", async () => {
  const host = { nowMs: 0, now: 0, most: 0, asked: 0 };
  const known = new AskedNames<Group>(async (id) => {
    host.asked++;
    host.most = Math.max(host.most, ++host.now);
    await soon();
    host.now--;
    return { name: `u${id}` };
  }, { now: () => host.nowMs });
  for (let id = 0; id < 10_000; id++) known.get(id);
  while (host.asked < 256 || host.now > 0) await soon();
  assertEquals([host.most, host.asked], [1, 256]);
  assertEquals(known.get(5000), undefined);
  host.nowMs = 10_000;
  assertEquals([known.get(5000), known.get(255)?.name], [undefined, "u255"]);
  await soon();
  await soon();
  assertEquals(known.get(5000)?.name, "u5000");
});

Deno.test("AskedNames forgets the oldest of too many", async () => {
  const host = { nowMs: 0 };
  const known = new AskedNames<Group>((id) => Promise.resolve({ name: `u${id}` }), {
    now: () => host.nowMs,
  });
  for (let id = 0; id < 9000; id++) {
    known.get(id);
    if (id % 200 === 0) {
      host.nowMs += 10_000;
      await soon();
    }
  }
  await soon();
  assertEquals([known.get(100)?.name, known.get(8999)?.name], [undefined, "u8999"]);
});

Deno.test("AskedNames goes on behind a question that is not answered, as long as few are", async () => {
  const open = new Map<number, (group: Group) => void>();
  const known = new AskedNames<Group>(
    (id) =>
      id < 10
        ? new Promise((resolve) => open.set(id, resolve))
        : Promise.resolve({ name: `u${id}` }),
    { patienceMs: 1 },
  );
  known.get(1);
  known.get(11);
  while (!known.get(11)) await soon();
  for (const id of [2, 3, 4, 5, 12]) known.get(id);
  while (open.size < 4) await soon();
  for (let i = 0; i < 20; i++) await soon();
  assertEquals([open.size, known.get(12)], [4, undefined]);
  open.get(1)!({ name: "late" });
  while (!known.get(1)) await soon();
  assertEquals(known.get(1)?.name, "late");
  while (open.size < 5) await soon();
  for (const [id, answer] of open) answer({ name: `u${id}` });
  while (!known.get(12)) await soon();
});

Deno.test("AskedNames keeps a name while a flood of ids that there are not goes by", async () => {
  const { host, known } = service({ 7: "ada" });
  known.get(7);
  await soon();
  for (let id = 100; id < 20_000; id++) known.get(id);
  assertEquals(known.get(7)?.name, "ada");
  await soon();
  assertEquals(host.asked.length <= 256, true);
});
