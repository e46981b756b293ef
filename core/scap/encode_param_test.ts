import { assertEquals } from "../../tests/assert.ts";
import type { ParamType, ParamValue, SocketTuple } from "../event/mod.ts";
import { encodeParam } from "./encode_param.ts";

const socket: SocketTuple = {
  family: "ipv4",
  localAddress: Uint8Array.of(10, 0, 0, 1),
  remoteAddress: Uint8Array.of(10, 0, 0, 2),
  localPort: 0x1234,
  remotePort: 80,
  path: undefined,
};
const nobody = { ...socket, remoteAddress: Uint8Array.of(0, 0, 0, 0), remotePort: 0 };
const unix: SocketTuple = {
  family: "unix",
  localAddress: undefined,
  remoteAddress: undefined,
  localPort: 0,
  remotePort: 0,
  path: "/a",
};

const cases: readonly (readonly [ParamType, ParamValue, readonly number[] | undefined])[] = [
  ["UINT8", 300, [44]],
  ["UINT16", 258, [2, 1]],
  ["UID", 0xffffffff, [255, 255, 255, 255]],
  ["BOOL", 1, [1, 0, 0, 0]],
  ["ERRNO", -2, [254, 255, 255, 255, 255, 255, 255, 255]],
  ["FD", 3, [3, 0, 0, 0, 0, 0, 0, 0]],
  ["UINT64", 0xffff_ffff_ffff_ffffn, [255, 255, 255, 255, 255, 255, 255, 255]],
  ["DOUBLE", 1, [0, 0, 0, 0, 0, 0, 240, 63]],
  ["UINT32", NaN, undefined],
  ["CHARBUF", 5, undefined],
  ["CHARBUF", "ab", [97, 98, 0]],
  ["FSPATH", "", [0]],
  ["CHARBUF", "\udcff", [255, 0]],
  ["BYTEBUF", "ab", [97, 98]],
  ["BYTEBUF", ["a", "", "b"], [97, 0, 0, 98, 0]],
  ["BYTEBUF", [], []],
  ["FSRELPATH", { raw: "a", given: "/x/a", resolved: undefined }, [97, 0]],
  ["DYN", Uint8Array.of(1, 2), [1, 2]],
  ["SOCKADDR", socket, [2, 10, 0, 0, 2, 80, 0]],
  ["SOCKADDR", nobody, [2, 10, 0, 0, 1, 0x34, 0x12]],
  ["SOCKADDR", unix, [1, 47, 97, 0]],
  ["SOCKTUPLE", socket, [2, 10, 0, 0, 1, 0x34, 0x12, 10, 0, 0, 2, 80, 0]],
  ["SOCKTUPLE", unix, [1, ...new Uint8Array(16), 47, 97, 0]],
  ["SOCKTUPLE", { ...unix, family: "other" }, undefined],
  [
    "FDLIST",
    { polled: [{ number: -1, events: 0x0102 }] },
    [1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 2, 1],
  ],
  ["UINT32", undefined, undefined],
];

Deno.test("encodeParam() gives values the bytes captures have for them", () => {
  for (const [type, value, bytes] of cases) {
    const found = encodeParam(type, value);
    assertEquals(found && [...found], bytes && [...bytes], `${type} ${String(value)}`);
  }
});

Deno.test("encodeParam() puts first who connected", () => {
  const server = encodeParam("SOCKTUPLE", socket, "server");
  assertEquals(Array.from(server!), [2, 10, 0, 0, 2, 80, 0, 10, 0, 0, 1, 0x34, 0x12]);
  const six = { ...socket, family: "ipv6", localAddress: new Uint8Array(16).fill(1) } as const;
  assertEquals(encodeParam("SOCKTUPLE", six)!.length, 37);
  assertEquals(encodeParam("SOCKADDR", six)!.length, 19);
});

Deno.test("encodeParam() gives whole numbers the same bytes however often and in what order", () => {
  const powers = Array.from({ length: 53 }, (_, bits) => 2 ** bits);
  const numbers = powers.flatMap((power) => [power - 1, power, power + 1, -power, power + 1024]);
  for (let round = 0; round < 2; round++) {
    for (const number of numbers) {
      for (
        const [type, size] of [["INT8", 1], ["UINT16", 2], ["PID32", 4], ["INT64", 8]] as const
      ) {
        const wanted = new DataView(new ArrayBuffer(8));
        wanted.setBigInt64(0, BigInt(number), true);
        const bytes = [...new Uint8Array(wanted.buffer, 0, size)];
        assertEquals([...encodeParam(type, number)!], bytes, `${type} ${number}`);
        assertEquals([...encodeParam(type, BigInt(number))!], bytes, `${type} ${number}n`);
      }
    }
  }
});
