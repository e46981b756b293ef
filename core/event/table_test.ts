import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { newerCalls } from "./newer_calls.ts";
import { corpusTest, readCorpus } from "../../tests/corpus.ts";
import {
  allEventCodes,
  EVENT_FLAGS,
  eventCodesByName,
  eventNames,
  eventType,
  exitEventOfSyscall,
  flagTable,
  GENERIC_BASE,
  syscallByName,
  syscallByNumber,
  syscalls,
} from "./mod.ts";

interface Facts {
  readonly events: readonly {
    readonly code: number;
    readonly name: string;
    readonly direction: string;
    readonly category_raw: number;
    readonly flags_raw: number;
    readonly params: readonly {
      readonly name: string;
      readonly type: string;
      readonly format: string;
      readonly flags_table?: string;
      readonly dirfd_param?: number;
      readonly dyn?: string;
    }[];
  }[];
  readonly ppm_sc: readonly {
    readonly code: number;
    readonly name: string;
    readonly native_x86_64: number;
    readonly generic: boolean;
  }[];
  readonly flag_tables: Readonly<
    Record<string, readonly { readonly name: string; readonly value: number }[]>
  >;
}

const FACTS = "events.json";
let read: Facts | undefined;
const facts = (): Facts => read ??= JSON.parse(readCorpus(FACTS));

corpusTest("eventType() has upstream's 454 types with every parameter", [FACTS], () => {
  assertEquals(facts().events.length, 454);
  for (const fact of facts().events) {
    const type = eventType(fact.code)!;
    assertObjectMatch(type, { code: fact.code, name: fact.name, direction: fact.direction });
    assertEquals(type.flags, fact.flags_raw, fact.name);
    assertEquals(
      type.params.map(({ name, type, format, flags, directory, dynamic }) => ({
        name,
        type,
        format,
        flags,
        directory,
        dynamic,
      })),
      fact.params.map((param) => ({
        name: param.name,
        type: param.type.replace("PT_", ""),
        format: param.format === "PF_10_PADDED_DEC"
          ? "padded"
          : param.format.replace("PF_", "").toLowerCase(),
        flags: param.flags_table,
        directory: param.dirfd_param,
        dynamic: param.dyn?.replace("_dynamic_param", ""),
      })),
      `${fact.code} ${fact.name}`,
    );
    for (const { flags } of type.params) assert(flags === undefined || flagTable(flags));
  }
});

corpusTest("eventType() has upstream's category and class for every type", [FACTS], () => {
  const classes = { syscall: 512, tracepoint: 1024, plugin: 2048, meta: 4096, iter: 8192, none: 0 };
  const categories: Readonly<Record<string, number>> = {
    unknown: 0,
    other: 1,
    file: 2,
    net: 3,
    ipc: 4,
    memory: 5,
    process: 6,
    sleep: 7,
    system: 8,
    signal: 9,
    user: 10,
    time: 11,
    "io-read": 32,
    "io-write": 33,
    "io-other": 34,
    wait: 64,
    scheduler: 128,
    internal: 256,
  };
  for (const fact of facts().events) {
    const type = eventType(fact.code)!;
    assertEquals(
      classes[type.class] + categories[type.category]!,
      fact.category_raw,
      `${fact.code} ${fact.name}`,
    );
  }
});

Deno.test("eventType() is absent for codes nobody has", () => {
  for (const code of [-1, 454, 999, GENERIC_BASE + 5000, 65535, NaN]) {
    assertEquals(eventType(code), undefined);
  }
});

Deno.test("a generic system call is an event of its own name with upstream's two parameters", () => {
  const call = syscallByName("sysinfo")!;
  const type = eventType(GENERIC_BASE + call.code)!;
  assertEquals(type.name, "sysinfo");
  assertEquals(type.params.map(({ name }) => name), ["ID", "nativeID"]);
});

Deno.test("a call that was generic once has its name, which in conditions means its own type", () => {
  const code = GENERIC_BASE + syscallByName("mprotect")!.code;
  assertEquals(eventType(code)!.name, "mprotect");
  assert(allEventCodes().includes(code));
  assert(!eventCodesByName("mprotect").includes(code));
});

Deno.test("eventCodesByName() gives current and old exit events, but no enter events", () => {
  const codes = eventCodesByName("openat");
  assertEquals(codes.length, 2);
  for (const code of codes) assertObjectMatch(eventType(code), { direction: "exit" });
  const old = codes.map((code) => (eventType(code)!.flags & EVENT_FLAGS.old) !== 0);
  assertEquals(old.sort(), [false, true]);
  assertEquals(eventCodesByName("execve").length, 8);
});

Deno.test("eventCodesByName() gives events that are no system calls and generic ones", () => {
  assertEquals(eventCodesByName("procexit"), [16, 186]);
  assertEquals(eventCodesByName("sysinfo"), [GENERIC_BASE + syscallByName("sysinfo")!.code]);
  assertEquals(eventCodesByName("nonsense"), []);
  assertEquals(eventCodesByName("NA"), []);
});

Deno.test("allEventCodes() is ascending, and every code has a type with a listed name", () => {
  const codes = allEventCodes();
  const names = new Set(eventNames());
  for (const [i, code] of codes.entries()) {
    assert(i === 0 || codes[i - 1]! < code);
    assert(names.has(eventType(code)!.name));
  }
});

corpusTest("syscalls() has upstream's codes and x86-64 numbers", [FACTS], () => {
  const expected = facts().ppm_sc.filter(({ name }) => name !== "");
  assertEquals(syscalls().length, expected.length);
  for (const { code, name, native_x86_64, generic } of expected) {
    const call = syscallByName(name)!;
    assertEquals(call.code, code);
    // "unknown" stands for any number, upstream gives it an unused one.
    const number = native_x86_64 < 0 || name === "unknown" ? undefined : native_x86_64;
    assertEquals(call.number, number, name);
    if (number !== undefined) assertEquals(syscallByNumber(number), call);
    if (generic) assertEquals(call.exitEvent, undefined, name);
  }
});

Deno.test("exitEventOfSyscall() names the current exit event, whose name is the call's", () => {
  // Events that upstream calls differently than the call.
  const renamed = new Map([["pread64", "pread"], ["pwrite64", "pwrite"], ["prlimit64", "prlimit"]]);
  for (const { call, event } of newerCalls()) renamed.set(call, eventType(event)!.name);
  for (const { number, name } of syscalls()) {
    if (number === undefined) continue;
    const type = eventType(exitEventOfSyscall(number))!;
    assertEquals(type.name, renamed.get(name) ?? name);
    assertEquals(type.direction, "exit", name);
    assertEquals(type.flags & EVENT_FLAGS.old, 0, name);
  }
});

Deno.test("exitEventOfSyscall() calls a number nobody knows unknown", () => {
  assertEquals(eventType(exitEventOfSyscall(511))!.name, "unknown");
  assertEquals(eventType(exitEventOfSyscall(-1))!.name, "unknown");
});

corpusTest("flagTable() has upstream's names in upstream's order", [FACTS], () => {
  for (const [table, names] of Object.entries(facts().flag_tables)) {
    assertEquals(
      flagTable(table)?.names,
      names.map(({ name, value }) => [name, value] as const),
      table,
    );
  }
});
