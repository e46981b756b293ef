import { assertEquals, assertRejects } from "../../tests/assert.ts";
import type { FormattedAlert, Sink } from "../plugin/mod.ts";
import { SinkError } from "../plugin/mod.ts";
import { LeavingReader } from "./leaving_reader.ts";

const batch = [{ line: "a" }, { line: "b" }] as unknown as readonly FormattedAlert[];

function failing(error: unknown): Sink {
  return { write: () => Promise.reject(error), close: () => Promise.resolve() };
}

Deno.test("LeavingReader takes what nobody reads any more, and counts what was read", async () => {
  let left = 0, writes = 0;
  const sink = {
    ...failing(undefined),
    write: () =>
      ++writes === 1
        ? Promise.resolve()
        : Promise.reject(new SinkError("closed", "gone", { accepted: 1 })),
  };
  const reader = new LeavingReader(sink, () => left++);
  await reader.write(batch);
  assertEquals([reader.isAbsent, reader.fetched()], [false, undefined]);
  for (let count = 0; count < 3; count++) await reader.write(batch);
  assertEquals([reader.isAbsent, reader.fetched(), left, writes], [true, 3, 1, 2]);
});

Deno.test("LeavingReader passes on what may pass, and what is a bug", async () => {
  for (const error of [new SinkError("unavailable", "full"), new TypeError("a bug")]) {
    const reader = new LeavingReader(failing(error), () => {});
    await assertRejects(() => reader.write(batch), { message: error.message });
    assertEquals([reader.isAbsent, reader.fetched()], [false, undefined]);
  }
});
