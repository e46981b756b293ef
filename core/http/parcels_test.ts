import { assertEquals } from "../../tests/assert.ts";
import { SinkError } from "../plugin/sink_error.ts";
import { parcelsOf, sendParcels } from "./parcels.ts";

Deno.test("parcelsOf() keeps order and limits, and what is too large goes alone", () => {
  const limits = { most: 3, mostBytes: 5, bytesOf: (text: string) => text.length };
  const parts = (...items: string[]) => parcelsOf(items, limits);
  assertEquals(parts(), []);
  assertEquals(parts("1", "2", "3", "4"), [["1", "2", "3"], ["4"]]);
  assertEquals(parts("123", "45", "6", "1234567", "8"), [["123", "45"], ["6"], ["1234567"], ["8"]]);
});

Deno.test("sendParcels() tells what became of the whole batch", async () => {
  const limits = { most: 2, mostBytes: Infinity, bytesOf: () => 0 };
  const failing = (error: SinkError) =>
    sendParcels(
      [1, 2, 3, 4, 5],
      limits,
      (parcel) => parcel.includes(3) ? Promise.reject(error) : Promise.resolve(),
    ).catch((error) => error);
  const all = await failing(new SinkError("rejected", "no"));
  assertEquals([all.accepted, all.refused], [2, 2]);
  const one = await failing(new SinkError("rejected", "no", { accepted: 1, refused: 1 }));
  assertEquals([one.accepted, one.refused], [3, 1]);
  const later = await failing(new SinkError("unavailable", "no", { retryAfterMs: 7 }));
  assertEquals([later.code, later.accepted, later.refused, later.retryAfterMs], [
    "unavailable",
    2,
    undefined,
    7,
  ]);
});
