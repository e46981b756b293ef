import { assert, assertEquals } from "../../tests/assert.ts";
import { isoTimeWithOffset, isoTimeZulu, timeOfDay } from "./time.ts";

/** 2016-08-04T16:17:57.881785348Z */
const TIME_NS = 1470327477881785348n;

Deno.test("isoTimeZulu() keeps nanoseconds and is in UTC", () => {
  assertEquals(isoTimeZulu(TIME_NS), "2016-08-04T16:17:57.881785348Z");
  assertEquals(isoTimeZulu(0n), "1970-01-01T00:00:00.000000000Z");
});

Deno.test("isoTimeWithOffset() writes the offset as Falco does", () => {
  assertEquals(isoTimeWithOffset(TIME_NS), "2016-08-04T16:17:57.881785348+0000");
});

Deno.test("timeOfDay() is local time", () => {
  const local = new Date(Number(TIME_NS / 1_000_000n));
  assert(timeOfDay(TIME_NS).startsWith(`${String(local.getHours()).padStart(2, "0")}:`));
  assert(timeOfDay(TIME_NS).endsWith(":57.881785348"));
});

Deno.test("times of different seconds are told apart, in whatever order they come", () => {
  for (
    const [ns, text] of [[999_999_999n, "00.999999999"], [1_000_000_000n, "01.000000000"]] as const
  ) {
    for (const timeNs of [ns, ns + 60_000_000_000n, ns]) {
      const minute = timeNs === ns ? "00" : "01";
      assertEquals(isoTimeZulu(timeNs), `1970-01-01T00:${minute}:${text}Z`);
      assert(timeOfDay(timeNs).endsWith(`:${minute}:${text}`));
    }
  }
});

Deno.test("times outside 64 bits do not throw", () => {
  for (const timeNs of [2n ** 64n - 1n, 2n ** 70n + 5n, -1n]) {
    assert(/^\d{4}-/.test(isoTimeZulu(timeNs)));
    assert(/^\d\d:\d\d:\d\d\.\d{9}$/.test(timeOfDay(timeNs)));
  }
});
