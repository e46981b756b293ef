import { scram } from "../../../core/mod.ts";
import { assert, assertEquals, assertThrows } from "../../../tests/assert.ts";
import { BALANCERS, newBalancer } from "./balancer.ts";
import { ByteReader, ByteWriter, KafkaFormatError } from "./bytes.ts";
import { crc32, crc32c, murmur2 } from "./checksums.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("crc32c(), crc32() and murmur2() are those of others", () => {
  // RFC 3720 B.4, and the check values of the catalogues of checksums.
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(bytes("123456789")), 0xe3069283);
  assertEquals(crc32(bytes("123456789")), 0xcbf43926);
  // What Kafka's own UtilsTest has for keys.
  const keys: Readonly<Record<string, number>> = {
    "21": -973932308,
    foobar: -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    abc: 479470107,
  };
  for (const [key, hash] of Object.entries(keys)) assertEquals(murmur2(bytes(key)) | 0, hash, key);
});

Deno.test("newBalancer() stays within the partitions, also when their number changes", () => {
  for (const name of BALANCERS) {
    const balancer = newBalancer(name);
    for (const count of [1, 3, 7, 2]) {
      for (const key of [undefined, bytes(""), bytes("key")]) {
        const chosen = balancer({ key, size: 10 }, count);
        assert(Number.isInteger(chosen) && chosen >= 0 && chosen < count, name);
      }
    }
  }
  const least = newBalancer("least_bytes");
  const chosen = [100, 1, 1].map((size) => least({ key: undefined, size }, 2));
  assertEquals(chosen, [0, 1, 1]);
  for (const name of ["crc32", "crc32_random", "murmur2", "murmur2_random"] as const) {
    const message = { key: bytes("key"), size: 1 };
    assertEquals(newBalancer(name)(message, 1000), newBalancer(name)(message, 1000));
  }
});

Deno.test("ByteWriter writes what ByteReader reads, however long", () => {
  const long = "ü".repeat(10_000);
  const written = new ByteWriter().int8(-1).int16(-2).int32(3).int64(-4n).text(long)
    .text(undefined).bytes(bytes("x")).list([1, 2], () => {}).finish();
  const reader = new ByteReader(written);
  assertEquals([reader.int8(), reader.int16(), reader.int32(), reader.int64()], [-1, -2, 3, -4n]);
  assertEquals([reader.text(), reader.text()], [long, undefined]);
  assertEquals(new TextDecoder().decode(reader.byteText()), "x");
  assertThrows(() => reader.list(() => reader.int32()), KafkaFormatError);
});

Deno.test("ByteWriter's varint is protocol buffers' sint", () => {
  const hex = (value: number | bigint) => new ByteWriter().varint(value).finish().toHex();
  assertEquals([0, -1, 1, -64, 64, 300].map(hex), ["00", "01", "02", "7f", "8001", "d804"]);
  assertEquals(hex(-(2n ** 63n)), "ffffffffffffffffff01");
});

/** RFC 7677, section 3. */
const EXAMPLE = {
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverFirst:
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

function example() {
  return scram({ hash: "sha256", user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO" });
}

Deno.test("scram() says what the RFC's example says, and knows the right server", () => {
  const exchange = example();
  assertEquals(exchange.first, EXAMPLE.first);
  assertEquals(exchange.final(EXAMPLE.serverFirst), EXAMPLE.final);
  exchange.verify(EXAMPLE.serverFinal);
});

Deno.test("scram() believes no other server", () => {
  for (const wrong of ["v=AAAA", "", "e=unknown-user", "v=%%", EXAMPLE.serverFirst]) {
    const exchange = example();
    exchange.final(EXAMPLE.serverFirst);
    assertThrows(() => exchange.verify(wrong), Error);
  }
  const firsts = [
    "",
    "r=other,s=W22Z,i=4096",
    EXAMPLE.serverFirst.replace("4096", "1"),
    EXAMPLE.serverFirst.replace("4096", "999999999"),
    EXAMPLE.serverFirst.replace("4096", "x"),
    EXAMPLE.serverFirst.replace(/s=[^,]*/, "s=%%"),
  ];
  for (const first of firsts) assertThrows(() => example().final(first), Error);
  const begun = example();
  begun.final(EXAMPLE.serverFirst);
  assertThrows(() => begun.final(EXAMPLE.serverFirst), Error, "twice");
});
