import { assertEquals } from "../../../tests/assert.ts";
import { parseTimestamp } from "./timestamp.ts";

Deno.test("parseTimestamp() reads nanoseconds and zones", () => {
  const second = 1_603_634_329n * 1_000_000_000n;
  assertEquals(parseTimestamp("2020-10-25T13:58:49Z"), second);
  assertEquals(parseTimestamp("2020-10-25T13:58:49.7Z"), second + 700_000_000n);
  assertEquals(parseTimestamp("2020-10-25T13:58:49.123456789Z"), second + 123_456_789n);
  assertEquals(parseTimestamp("2020-10-25T13:58:49.1234567891Z"), second + 123_456_789n);
  assertEquals(parseTimestamp("2020-10-25T15:28:49+01:30"), second);
  assertEquals(parseTimestamp("2020-10-25T12:58:49-01:00"), second);
  assertEquals(parseTimestamp("2020-02-29T00:00:00Z"), 1_582_934_400_000_000_000n);
});

Deno.test("parseTimestamp() knows no time that is not there, nor one that does not fit 64 bits", () => {
  const texts = [
    "",
    "2020-10-25",
    "2020-10-25T13:58:49",
    "2021-02-29T00:00:00Z",
    "2020-13-01T00:00:00Z",
    "2020-10-25T24:00:00Z",
    "2020-10-25T13:60:00Z",
    "1969-12-31T23:59:59Z",
    "9999-01-01T00:00:00Z",
    "2020-10-25T13:58:49.Z",
    `2020-10-25T13:58:49.${"1".repeat(1000)}Z`,
  ];
  for (const text of texts) assertEquals(parseTimestamp(text), undefined, text);
});
