import { assert, assertEquals } from "../../tests/assert.ts";
import { eventType } from "../../core/event/mod.ts";
import { memoryInput, MemoryOutput, paramSize, ScapReader } from "../../core/scap/mod.ts";
import { writeBusyHost } from "./busy_host.ts";

const EVENTS = 5000;

Deno.test("writeBusyHost() writes the same for the same seed, and other things for others", async () => {
  const [one, again, other] = [await capture(1), await capture(1), await capture(2)];
  assertEquals(again, one);
  assert(other.length !== one.length || other.some((byte, index) => byte !== one[index]));
});

Deno.test("writeBusyHost() writes events with all parameters of their types, in order of time", async () => {
  using reader = new ScapReader(memoryInput(await capture(1)));
  let before = 0n;
  const types = new Set<string>();
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    assert(item.kind !== "fault");
    if (item.kind === "more") await reader.fill();
    if (item.kind !== "event") continue;
    const { name, params } = eventType(item.type)!;
    types.add(name);
    assertEquals(item.paramCount, params.length, name);
    for (const [index, param] of params.entries()) {
      const size = paramSize(param.type);
      assert(size === undefined || item.paramLength(index) === size, `${name}.${param.name}`);
    }
    assert(item.timeNs >= before);
    before = item.timeNs;
  }
  assertEquals(reader.eventCount, EVENTS);
  assert(types.has("execve") && types.has("connect") && types.has("procexit"));
});

async function capture(seed: number): Promise<Uint8Array> {
  const output = new MemoryOutput();
  await writeBusyHost(output, { events: EVENTS, seed });
  return output.bytes;
}
