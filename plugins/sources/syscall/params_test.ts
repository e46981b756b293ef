import {
  eventCodesByName,
  type EventParam,
  eventType,
  exitEventOfSyscall,
  GENERIC_BASE,
  type ParamValue,
} from "../../../core/mod.ts";
import { layout } from "../../../ffi/mod.ts";
import { assertEquals } from "../../../tests/assert.ts";
import { RecordWriter } from "../../../tests/records.ts";
import { LiveEvent } from "./live_event.ts";
import { paramReaders } from "./params.ts";

const { RECORD_KIND } = layout;
const SYSCALLS = 512;

/** Every system call that has an event type of its own. */
const CALLS = Array.from({ length: SYSCALLS }, (_, syscall) => syscall)
  .filter((syscall) => exitEventOfSyscall(syscall) < GENERIC_BASE);

Deno.test("each event type has as many readers as parameters", () => {
  const codes = new Set(CALLS.map(exitEventOfSyscall)).add(eventCodesByName("procexit").at(-1)!);
  const counts = [...codes].map((code) => {
    const { name, params } = eventType(code)!;
    return { name, readers: paramReaders(code).length, params: params.length };
  });
  assertEquals(counts.filter(({ readers, params }) => readers !== params), []);
});

type Kind = "number" | "text" | "path" | "address" | "texts" | "bytes" | "polled";

/** What a parameter of a type may be; absent always may. */
function kindsOf({ type }: EventParam): readonly Kind[] {
  switch (type) {
    case "CHARBUF":
    case "FSPATH":
    case "FSRELPATH":
      return ["text", "path"];
    case "BYTEBUF":
    case "CHARBUFARRAY":
      return ["bytes", "text", "texts"];
    case "DYN":
      return ["number", "text", "bytes"];
    case "FDLIST":
      return ["polled"];
    case "SOCKADDR":
    case "SOCKTUPLE":
      return ["address"];
    default:
      return ["number"];
  }
}

function kindOf(value: Exclude<ParamValue, undefined>): Kind {
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "string") return "text";
  if (value instanceof Uint8Array) return "bytes";
  if ("given" in value) return "path";
  if ("polled" in value) return "polled";
  return "family" in value ? "address" : "texts";
}

function misfits(event: LiveEvent): string[] {
  const { name, params } = eventType(event.type)!;
  return params.flatMap((param, index) => {
    const value = event.param(index);
    if (value === undefined) return [];
    const what = `${name}.${param.name} (${param.type})`;
    if (!kindsOf(param).includes(kindOf(value))) return [`${what} is ${kindOf(value)}`];
    return isTooWide(param, value) ? [`${what} is ${value}`] : [];
  });
}

/** Bits of parameters that are told by their width; a capture keeps no more of them. */
const BITS: Readonly<Partial<Record<EventParam["type"], number>>> = {
  UINT8: 8,
  FLAGS8: 8,
  ENUMFLAGS8: 8,
  SIGTYPE: 8,
  UINT16: 16,
  FLAGS16: 16,
  ENUMFLAGS16: 16,
  UINT32: 32,
  FLAGS32: 32,
  ENUMFLAGS32: 32,
};

function isTooWide({ type }: EventParam, value: ParamValue): boolean {
  const bits = BITS[type];
  if (bits === undefined || (typeof value !== "number" && typeof value !== "bigint")) return false;
  return BigInt(value) < 0n || BigInt(value) >> BigInt(bits) !== 0n;
}

function load(kind: number, write: (writer: RecordWriter) => number): LiveEvent {
  const writer = new RecordWriter(1 << 12);
  const at = write(writer);
  const event = new LiveEvent({ epochMinusBootNs: 0n });
  event.load(writer.memory, at, kind);
  return event;
}

Deno.test("each reader's value fits its parameter, whatever record it reads", () => {
  const args = [1n, 2n, 3n, 4n, 5n, 0xffff_ffff_ffff_ffffn];
  const local = [[127, 0, 0, 1], 80] as const, remote = [[127, 0, 0, 2], 4000] as const;
  const path = { first: "/a", second: "b", secondBase: "/c" };
  const found = new Set<string>();
  for (const syscall of CALLS) {
    const events = [
      load(RECORD_KIND.call, (writer) => writer.call({ syscall, args })),
      load(RECORD_KIND.path, (writer) => writer.path({ syscall, ...path, args })),
      load(RECORD_KIND.file, (writer) => writer.open({ syscall, given: "/a", resolved: "/b" })),
      load(RECORD_KIND.file, (writer) => writer.open({ syscall, given: "/a" })),
      load(RECORD_KIND.socket, (writer) => writer.socket({ syscall, local, remote })),
    ];
    for (const event of events) for (const misfit of misfits(event)) found.add(misfit);
  }
  const argv = ["cat", "x"];
  const exec = load(
    RECORD_KIND.exec,
    (writer) => writer.exec({ argv, exePath: "/bin/cat", comm: "cat" }),
  );
  const exit = load(RECORD_KIND.exit, (writer) => writer.exit({ result: 256 }));
  for (const event of [exec, exit]) for (const misfit of misfits(event)) found.add(misfit);
  assertEquals([...found], []);
});

Deno.test("each reader's value fits its parameter, whatever its arguments point to", () => {
  const piece = (length: number, seed: number) =>
    Uint8Array.from({ length }, (_, index) => (index * 37 + seed * 101) & 0xff);
  const found = new Set<string>();
  for (const syscall of CALLS) {
    for (const length of [0, 1, 7, 8, 16, 23, 72]) {
      for (const selector of [0n, 1n, 2n, 4n, 10n, 20n, 57n, 0x80000701n, 0xffff_ffff_ffff_ffffn]) {
        for (const result of [-14, 0, 5]) {
          const event = load(RECORD_KIND.call, (writer) => {
            const args = [selector, selector, selector, 9n, 9n, 9n];
            const at = writer.call({ syscall, args, result });
            writer.extras(at, [piece(length, 1), piece(length, 2), piece(length, 3)]);
            return at;
          });
          for (const misfit of misfits(event)) found.add(misfit);
        }
      }
    }
  }
  assertEquals([...found], []);
});
