import { assertEquals } from "../../tests/assert.ts";
import { Buffer } from "node:buffer";
import { Random } from "../../tests/property/random.ts";
import { decodeUtf8, encodeUtf8, replaceInvalid, utf8At, type Utf8Bytes } from "./utf8.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const ascii = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeUtf8() reads what is valid as any decoder, a mark at the beginning included", () => {
  for (
    const text of ["", "/etc/passwd", "äß€😀", "\ufeffx", "\ufffd", "a\0b", "\ud7ff\ue000\uffff"]
  ) {
    assertEquals(decodeUtf8(ascii(text)), text);
    assertEquals(encodeUtf8(text), ascii(text));
    assertEquals(replaceInvalid(text), text);
  }
});

Deno.test("decodeUtf8() keeps bytes that are no text apart from each other", () => {
  assertEquals(decodeUtf8(bytes(0x2f, 0xff, 0x61, 0xfe)), "/\udcffa\udcfe");
  assertEquals(decodeUtf8(bytes(0xc3, 0xa9, 0xc3)), "é\udcc3");
  assertEquals(decodeUtf8(ascii("\ufffd")), "\ufffd");
  assertEquals(decodeUtf8(bytes(...ascii("\ufffd"), 0x80)), "\ufffd\udc80");
});

Deno.test("decodeUtf8() takes overlong forms, surrogates and what is too large for invalid", () => {
  for (
    const broken of [
      bytes(0xc0, 0x80),
      bytes(0xc1, 0xbf),
      bytes(0xe0, 0x9f, 0xbf),
      bytes(0xed, 0xa0, 0x80),
      bytes(0xf0, 0x8f, 0xbf, 0xbf),
      bytes(0xf4, 0x90, 0x80, 0x80),
      bytes(0xf5, 0x80, 0x80, 0x80),
      bytes(0xe2, 0x82),
      bytes(0xf0, 0x9f, 0x98),
    ]
  ) {
    const escaped = Array.from(broken, (byte) => String.fromCharCode(0xdc00 + byte)).join("");
    assertEquals(decodeUtf8(broken), escaped);
    assertEquals(encodeUtf8(decodeUtf8(broken)), broken);
  }
});

Deno.test("replaceInvalid() has one U+FFFD for every broken sequence, as upstream's outputs", () => {
  const printed = (...values: number[]) => replaceInvalid(decodeUtf8(bytes(...values)));
  assertEquals(printed(0x66, 0xff, 0xfe, 0x78), "f\ufffd\ufffdx");
  assertEquals(printed(0xe2, 0x82, 0x61), "\ufffda");
  assertEquals(printed(0xe2, 0x28, 0xa1), "\ufffd(\ufffd");
  assertEquals(printed(0xf0, 0x9f, 0x98, 0xf0, 0x9f, 0x98, 0x80), "\ufffd😀");
  assertEquals(replaceInvalid("\ud800a\udc00\udcff"), "\ufffda\ufffd\ufffd");
});

Deno.test("utf8At() decodes a part", () => {
  const buffer = Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0x62]) as Uint8Array as Utf8Bytes;
  assertEquals(utf8At(buffer, 1, 4), "\udcffé");
  assertEquals(utf8At(buffer, 0, 3), "a\udcff\udcc3");
});

Deno.test("encodeUtf8() replaces what was never bytes", () => {
  assertEquals(encodeUtf8("\ud83d\ude00\ud83d"), bytes(0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd));
});

Deno.test("decodeUtf8() and encodeUtf8() do with long texts what they do with each piece", () => {
  const random = new Random(5);
  const pieces = [
    ...["a", "é", "€", "😀", "\ufffd", "\0", "\udc80", "\udcff", "\ud800", "\udc00\ud83d"],
    "x".repeat(300),
  ];
  for (let round = 0; round < 40; round++) {
    const some = ["z", ...pieces.filter(() => random.below(2) === 0)];
    const row = Array.from({ length: random.below(9000) }, () => random.pick(some));
    const encoded = encodeUtf8(row.join("b"));
    const expected = Buffer.concat(
      row.map((piece, i) => encodeUtf8(i === 0 ? piece : `b${piece}`)),
    );
    assertEquals(Buffer.compare(encoded, expected), 0);
    const text = decodeUtf8(encoded);
    assertEquals(Buffer.compare(encodeUtf8(text), encoded), 0);
    assertEquals(text, utf8At(Buffer.from(encoded) as Uint8Array as Utf8Bytes, 0, encoded.length));
    assertEquals(
      replaceInvalid(text),
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoded),
    );
  }
});

/** Of sequences that are nearly right. */
const LEADS = [
  0xc2,
  0xe0,
  0xe2,
  0xed,
  0xef,
  0xf0,
  0xf1,
  0xf4,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xbf,
];

Deno.test("decodeUtf8() takes any bytes, and encodeUtf8() gives them back", () => {
  const random = new Random(6);
  for (let round = 0; round < 200; round++) {
    const values = Uint8Array.from(
      { length: random.below(9000) },
      () => random.pick([...LEADS, random.below(256)]),
    );
    const text = decodeUtf8(values);
    assertEquals(Buffer.compare(encodeUtf8(text), values), 0);
    assertEquals(
      replaceInvalid(text),
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(values),
    );
  }
});
