import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "../../tests/assert.ts";
import { packed, pax, tar, type TarEntry, tgz } from "../../tests/packages/tar.ts";
import { PackageError } from "../plugin/store/mod.ts";
import { readArchive } from "./archive.ts";

const file = (path: string, content = "x"): TarEntry => ({ path, content });
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function problemOf(bytes: Uint8Array): Promise<string> {
  try {
    const files = await readArchive(new Uint8Array(bytes), "a.tgz");
    return `it was read: ${[...files.keys()]}`;
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

Deno.test("readArchive() has the files of an archive, compressed or not", async () => {
  const long = "a".repeat(100_000);
  const files = { "mod.js": "export {};", "rules/one.yaml": long, empty: "" };
  const entries = Object.entries(files).map(([path, content]) => ({ path, content }));
  for (const bytes of [packed(files), tar(entries)]) {
    const read = await readArchive(bytes, "a.tgz");
    assertEquals(Object.fromEntries([...read].map(([path, bytes]) => [path, text(bytes)])), files);
  }
});

Deno.test("readArchive() takes long names as POSIX, pax and GNU have them, and folders", async () => {
  const name = `${"folder/".repeat(10)}${"n".repeat(90)}.js`;
  const entries: readonly TarEntry[] = [
    { path: "./", type: "5" },
    { path: "./rules/", type: "5" },
    { path: `${"n".repeat(80)}.js`, prefix: "package/long", content: "posix" },
    pax({ path: `pax/${name}`, mtime: "1.5", "SCHILY.xattr.com.apple.provenance": "x" }),
    file("cut"),
    { path: "././@LongLink", type: "L", content: `gnu/${name}\0` },
    file("cut"),
    pax({ comment: "a commit" }, "g"),
    file("./rules/last.yaml"),
  ];
  assertEquals([...(await readArchive(tgz(entries), "a.tgz")).keys()], [
    `package/long/${"n".repeat(80)}.js`,
    `pax/${name}`,
    `gnu/${name}`,
    "rules/last.yaml",
  ]);
});

Deno.test("readArchive() has what GNU tar writes", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-tar-" });
  try {
    Deno.mkdirSync(`${folder}/in/rules`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/in/mod.js`, "export {};");
    Deno.writeTextFileSync(`${folder}/in/rules/${"n".repeat(120)}.yaml`, "[]");
    for (const format of ["gnu", "pax", "ustar"]) {
      const name = format === "ustar" ? "mod.js" : ".";
      const args = ["--format", format, "-czf", `${folder}/a.tgz`, "-C", `${folder}/in`, name];
      assert(new Deno.Command("tar", { args }).outputSync().success);
      const read = await readArchive(Deno.readFileSync(`${folder}/a.tgz`), "a.tgz");
      assertEquals(read.size, format === "ustar" ? 1 : 2);
      assertEquals(text(read.get("mod.js")), "export {};");
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

const PLAIN = tar([file("mod.js", "y".repeat(600))]);
const changedAt = (at: number, byte: number) => {
  const bytes = new Uint8Array(PLAIN);
  bytes[at] = byte;
  return bytes;
};
const sparse = { "GNU.sparse.major": "1", "GNU.sparse.name": "mod.js" };

/** Each is refused with this code, and a reason like this. */
const HOSTILE: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "a path that leads out": [tgz([file("../../etc/cron.d/x")]), /^I012 .*leads out/],
  "a path that leads out in the middle": [tgz([file("a/../../x")]), /^I012 .*leads out/],
  "a path that leads out by a long name": [
    tgz([pax({ path: "../x" }), file("fine")]),
    /^I012 .*leads out/,
  ],
  "a path that leads out by its first part": [
    tgz([{ path: "x", prefix: "../..", content: "x" }]),
    /^I012 .*leads out/,
  ],
  "an absolute path": [tgz([file("/etc/passwd")]), /^I012 .*absolute/],
  "a path of Windows": [tgz([file("..\\..\\x")]), /^I012 .*Windows/],
  "a drive of Windows": [tgz([file("C:x")]), /^I012 .*Windows/],
  "a path with empty parts": [tgz([file("a//b")]), /^I012 .*empty/],
  "a path with a dot in the middle": [tgz([file("a/./b")]), /^I012 .*empty/],
  "a path without a name": [tgz([file("")]), /^I012 .*is empty/],
  "a path that turns letters around": [tgz([file("mod\u202esj.exe")]), /^I012 .*seen/],
  "a path with a line end": [tgz([file("a\nb")]), /^I012 .*seen/],
  "a path that is not UTF-8": [
    tgz([file("a"), { path: new Uint8Array([0x61, 0xff, 0xfe]), content: "x" }]),
    /^I010 .*UTF-8/,
  ],
  "a path without end": [tgz([pax({ path: "a/".repeat(300) + "b" }), file("x")]), /^I012 .*bytes/],
  "a path in many folders": [tgz([file("a/".repeat(20) + "b")]), /^I012 .*folders/],
  "a symbolic link": [
    tgz([{ path: "a", type: "2", link: "/etc" }, file("a/passwd")]),
    /^I012 .*symbolic link/,
  ],
  "a hard link": [tgz([{ path: "a", type: "1", link: "/etc/shadow" }]), /^I012 .*hard link/],
  "a link by a long name": [tgz([{ path: "a", type: "K", content: "/etc\0" }]), /^I012 .*link/],
  "a link by an extended header": [tgz([pax({ linkpath: "/etc" }), file("a")]), /^I010 .*linkpath/],
  "a character device": [tgz([{ path: "a", type: "3" }]), /^I012 .*device/],
  "a block device": [tgz([{ path: "a", type: "4" }]), /^I012 .*device/],
  "a named pipe": [tgz([{ path: "a", type: "6" }]), /^I012 .*pipe/],
  "an entry of an unknown kind": [tgz([{ path: "a", type: "Z" }]), /^I012 .*unknown/],
  "an entry of a kind that JavaScript knows": [tgz([{ path: "a", type: "_" }]), /^I012 .*unknown/],
  "a file with holes": [tgz([{ path: "a", type: "S" }]), /^I012 .*holes/],
  "a file with holes by an extended header": [
    tgz([pax(sparse), file("a")]),
    /^I010 .*GNU\.sparse/,
  ],
  "a setuid file": [tgz([{ path: "a", mode: 0o4755 }]), /^I012 .*setuid/],
  "a setgid file": [tgz([{ path: "a", mode: 0o2755 }]), /^I012 .*setuid/],
  "a path twice": [tgz([file("mod.js"), file("mod.js", "other")]), /^I012 .*same file/],
  "a path twice but for the case": [tgz([file("mod.js"), file("Mod.JS")]), /^I012 .*same file/],
  "a path twice but for how letters are composed": [
    tgz([file("f\u00fc"), file("fu\u0308")]),
    /^I012 .*same file/,
  ],
  "a path twice but for a dot in front": [tgz([file("a"), file("./a")]), /^I012 .*same file/],
  "a file that is a folder as well": [tgz([file("a"), file("a/b")]), /^I012 .*same file/],
  "a folder that is a file as well": [tgz([file("a/b"), file("A")]), /^I012 .*same file/],
  "one name for all files": [tgz([pax({ path: "a" }, "g"), file("b")]), /^I012 .*one name/],
  "two long names for one file": [
    tgz([pax({ path: "a" }), pax({ path: "b" }), file("c")]),
    /^I012 .*two names/,
  ],
  "two names in one extended header": [
    tgz([{ path: "p", type: "x", content: "9 path=a\n9 path=b\n" }, file("c")]),
    /^I010 .*two paths/,
  ],
  "another size in an extended header": [
    tgz([pax({ size: "1" }), file("a", "x".repeat(600))]),
    /^I010 .*"size"/,
  ],
  "an extended header without end": [
    tgz([{ path: "p", type: "x", content: "9".repeat(100_000) }]),
    /^I011 .*huge/,
  ],
  "an extended header of noise": [
    tgz([{ path: "p", type: "x", content: "999999 path=a\n" }]),
    /^I010 .*extended/,
  ],
  "a long name without a file": [tgz([pax({ path: "a" })]), /^I010 .*no file/],
  "a wrong checksum": [tgz([file("a"), { path: "b", checksum: 1 }]), /^I010 .*checksum/],
  "a header that was changed": [changedAt(1, 0x41), /^I010 .*no tar archive/],
  "a size that is no number": [
    tgz([file("a"), { path: "b", size: "zzzzzzzzzzz\0" }]),
    /^I010 .*numbers/,
  ],
  "a size in binary": [
    tgz([file("a"), { path: "b", size: "\x00".padStart(12, "\x01") }]),
    /^I010 .*numbers/,
  ],
  "a size that is a lie": [tgz([{ path: "a", size: 5000 }]), /^I010 .*middle/],
  "a size of terabytes": [tgz([{ path: "a", size: 0o77777777777 }]), /^I011 .*too large/],
  "a folder with content": [
    tgz([{ path: "a", type: "5", content: "x".repeat(512) }]),
    /^I010 .*folder with content/,
  ],
  "an end in the middle of a file": [PLAIN.subarray(0, 700), /^I010 .*middle/],
  "an end in the middle of a header": [PLAIN.subarray(0, 100), /^I010 "a\.tgz" is no archive/],
  "no end": [PLAIN.subarray(0, 1536), /^I010 .*middle/],
  "half an end": [PLAIN.subarray(0, 1536 + 512), /^I010 .*middle/],
  "something behind its end": [
    new Uint8Array([...PLAIN, ...tar([file("../x")])]),
    /^I010 .*behind its end/,
  ],
  "compression that is cut short": [tgz([file("a")]).subarray(0, 40), /^I010 .*compression/],
  "compression with another checksum": [
    new Uint8Array([...gzipSync(PLAIN).subarray(0, -8), 1, 2, 3, 4, 5, 6, 7, 8]),
    /^I010 .*compression/,
  ],
  "something behind its compression": [
    new Uint8Array([...gzipSync(PLAIN), ...gzipSync(tar([file("../x")]))]),
    /^I010 .*compression/,
  ],
  "nothing": [new Uint8Array(), /^I010 "a\.tgz" is no archive: it is empty/],
  "a text": [new TextEncoder().encode("text"), /^I010 "a\.tgz" is no archive: .* nor gzip/],
  "a program": [Deno.readFileSync("/bin/true"), /^I010 "a\.tgz" is no archive: it is a program/],
  "only a beginning": [
    tgz([file("mod.js", "1")]).subarray(0, 40),
    /^I010 The archive "a\.tgz" cannot/,
  ],
  "more entries than there may be": [
    tgz(Array.from({ length: 5000 }, (_, index) => file(`f${index}`, ""))),
    /^I011 .*entries/,
  ],
};

for (const [what, [bytes, wanted]] of Object.entries(HOSTILE)) {
  Deno.test(`readArchive() refuses an archive with ${what}`, async () => {
    const problem = await problemOf(bytes);
    assert(wanted.test(problem), problem);
  });
}

/** A megabyte at a time: nobody has to have all of it. */
async function gzipped(pieces: Iterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  const stream = ReadableStream.from(pieces).pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream as ReadableStream).bytes();
}

function* zeros(megabytes: number): Generator<Uint8Array<ArrayBuffer>> {
  const megabyte = new Uint8Array(1 << 20);
  for (let count = 0; count < megabytes; count++) yield megabyte;
}

Deno.test("readArchive() stops a small archive that becomes a huge one", async () => {
  const bytes = await gzipped((function* () {
    for (let count = 0; count < 5; count++) {
      yield tar([{ path: `f${count}`, size: 64 << 20 }]).subarray(0, 512);
      yield* zeros(64);
    }
  })());
  assert(bytes.length < 1 << 20);
  assert(/^I011 .*unpacked/.test(await problemOf(bytes)));
});

Deno.test("readArchive() stops zeros without end behind the end", async () => {
  assert(/^I011 /.test(await problemOf(await gzipped(zeros(300)))));
});
