import { assertEquals } from "../../tests/assert.ts";
import { encodeDevice, majorOf, minorOf } from "./device.ts";

Deno.test("encodeDevice() gives the number that stat(2) gives", () => {
  assertEquals(encodeDevice(8 << 20 | 1), 0x801);
  assertEquals(encodeDevice((0xfff << 20 | 0xfffff) >>> 0), 0xffffffff);
});

Deno.test("majorOf() and minorOf() take the kernel's number apart", () => {
  const device = (0xfff << 20 | 0x12345) >>> 0;
  assertEquals([majorOf(device), minorOf(device)], [0xfff, 0x12345]);
});
