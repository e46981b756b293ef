import { assertEquals } from "../../tests/assert.ts";
import { capture, process } from "../../tests/made_captures.ts";
import { replayed } from "../../tests/recorded.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";

const parentName = (_event: Event, { process, processes }: State) =>
  process && processes.parent(process)?.comm;

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

Deno.test("who has ended in one section may be there when the next begins", async () => {
  const processes = [process(20, "sh"), process(10, "cat", { parentId: 20 })];
  const section = await capture(processes, [
    { type: "procexit", threadId: 20, params: { status: 0 } },
    { type: "getuid", params: { uid: 0 } },
  ]);
  const names = await replayed(joined(section, section), parentName);
  assertEquals(names.filter((_, index) => index % 2 === 1), [undefined, undefined]);
  const before = await capture(processes, [{ type: "getuid", params: { uid: 0 } }]);
  assertEquals((await replayed(joined(section, before), parentName)).at(-1), "sh");
});

Deno.test("times count from the first event of each section", async () => {
  const called = (atNs: number) => ({ type: "getuid", atNs, params: { uid: 0 } });
  const sections = [[called(1000), called(1500)], [called(7000), called(7200), called(7300)]];
  const [one, other] = await Promise.all(
    sections.map((events) => capture([process(10, "cat")], events)),
  );
  const since = await replayed(
    joined(one!, other!),
    ({ clockNs }, { firstClockNs }) => clockNs - firstClockNs,
  );
  assertEquals(since, [0, 500, 0, 200, 300]);
});
