import type { KinSight } from "../../../core/mod.ts";
import { layout } from "../../../ffi/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { type OpenParts, RecordWriter } from "../../../tests/records.ts";
import { LiveEvent } from "./live_event.ts";

const { FILE_RECORD, FILE_FACTS, RECORD_HEADER } = layout;
const SYS_OPEN = 2, SYS_UNLINKAT = 263, SYS_RENAMEAT = 264, SYS_SYMLINKAT = 266;
const O_CREAT = 0o100, O_CREAT_WRONLY = 0o101;

const event = new LiveEvent({ epochMinusBootNs: 0n });

type Write = (writer: RecordWriter) => number;

/** Of a record that came often enough. */
function kinOf(write: Write): KinSight | undefined {
  const writer = new RecordWriter(4096);
  const at = write(writer);
  let kin: KinSight | undefined;
  for (let times = 0; times < 3; times++) {
    event.load(writer.memory, at, writer.memory.u16[(at + RECORD_HEADER.kind) >> 1]!);
    ({ kin } = event);
  }
  return kin;
}

const opened: OpenParts = { tgid: 100, bootNs: 1e9, given: "/etc/kin", resolved: "/etc/kin" };
const open = (parts: Partial<OpenParts>): Write => (writer) => writer.open({ ...opened, ...parts });

/** The record with another value of a 16-bit number of its file. */
function withFact(parts: Partial<OpenParts>, field: number, value: number): Write {
  return (writer) => {
    const at = open(parts)(writer);
    writer.memory.u16[(at + FILE_RECORD.file + field) >> 1] = value;
    return at;
  };
}

Deno.test("openings that differ in who, when and the number they gave are of one kin", () => {
  const kin = kinOf(open({}));
  assert(kin !== undefined);
  for (const parts of [{ tgid: 7 }, { bootNs: 2e9 }, { result: 9 }, { mode: 0o755 }]) {
    assertEquals(kinOf(open(parts)), kin, JSON.stringify(parts));
  }
});

Deno.test("openings that differ in anything else are of other kins", () => {
  const failed = { result: -2 };
  const writes: readonly Write[] = [
    open({}),
    open({ given: "/etc/kim", resolved: "/etc/kim" }),
    open({ given: "/etc/kin", resolved: "/usr/kin" }),
    open({ given: "etc/kin", base: "/", resolved: "/etc/kin" }),
    open({ given: "etc/kin", base: "/e", resolved: "/etc/kin" }),
    open({ syscall: SYS_OPEN }),
    open({ openFlags: O_CREAT }),
    open({ openFlags: O_CREAT_WRONLY }),
    open({ openFlags: O_CREAT, mode: 0o755 }),
    open(failed),
    open({ result: -13 }),
    withFact({}, FILE_FACTS.mode, 0o040755),
    withFact({}, FILE_FACTS.flags, 0x441),
  ];
  const kins = writes.map(kinOf);
  assert(kins.every((kin) => kin !== undefined));
  assertEquals(new Set(kins).size, writes.length);
  assertEquals(writes.map(kinOf), kins);
});

Deno.test("a path that came for the first time has no kin", () => {
  const writer = new RecordWriter(4096);
  const at = open({ given: "/new", resolved: "/new" })(writer);
  event.load(writer.memory, at, layout.RECORD_KIND.file);
  assertEquals(event.kin, undefined);
  // Asking again for the same event is not coming again.
  assertEquals(event.kin, undefined);
  assertEquals(event.descriptor?.path?.sights, undefined);
});

Deno.test("calls on two paths are of one kin where both paths, their directories and the error agree", () => {
  const call = { tgid: 100, bootNs: 1e9, syscall: SYS_RENAMEAT, first: "a", second: "b" };
  const parts = [
    call,
    { ...call, second: "c" },
    { ...call, firstBase: "/x" },
    { ...call, secondBase: "/x" },
    { ...call, first: "ab", second: "" },
    { ...call, result: -2 },
    { ...call, syscall: SYS_UNLINKAT },
  ];
  const kins = parts.map((part) => kinOf((writer) => writer.path(part)));
  assertEquals(new Set(kins).size, parts.length);
  assertEquals(kinOf((writer) => writer.path({ ...call, tgid: 9, bootNs: 5 })), kins[0]);
});

Deno.test("a symbolic link has no kin, as its target is joined with where its maker is", () => {
  const call = { tgid: 100, bootNs: 1e9, syscall: SYS_SYMLINKAT, first: "a", second: "b" };
  assertEquals(kinOf((writer) => writer.path(call)), undefined);
});

Deno.test("results that are no errors, though negative, have no kin", () => {
  assertEquals(kinOf(open({ result: -5000 })), undefined);
});
