import { assert, assertEquals } from "../../tests/assert.ts";
import { eventType } from "../../core/event/mod.ts";
import { memoryInput, MemoryOutput, ScapReader } from "../../core/scap/mod.ts";
import { FLOOD_NAMES, writeFlood } from "./argument_floods.ts";

const EXECS = 3, BYTES = 3000;

Deno.test("writeFlood() writes programs with as many bytes as were asked for, of every kind", async () => {
  for (const name of FLOOD_NAMES) {
    const output = new MemoryOutput();
    await writeFlood(output, { name, execs: EXECS, bytes: BYTES });
    using reader = new ScapReader(memoryInput(output.bytes));
    let execs = 0, bytes = 0;
    for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
      assert(item.kind !== "fault", name);
      if (item.kind === "more") await reader.fill();
      if (item.kind !== "event") continue;
      const { name: type, params } = eventType(item.type)!;
      if (type === "execve") execs++;
      for (const index of params.keys()) bytes += item.paramLength(index);
    }
    assert(execs >= EXECS, name);
    assert(bytes > EXECS * BYTES * 0.6, `${name}: ${bytes} bytes`);
  }
});

Deno.test("writeFlood() writes the same each time", async () => {
  const [one, again] = [new MemoryOutput(), new MemoryOutput()];
  for (const output of [one, again]) {
    await writeFlood(output, { name: "words", execs: 2, bytes: 500 });
  }
  assertEquals(one.bytes, again.bytes);
});
