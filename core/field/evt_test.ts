import { assert, assertEquals } from "../../tests/assert.ts";
import { eventCodesByName, flagValue, GENERIC_BASE } from "../event/mod.ts";
import { UNSEEN_IMAGE } from "../state/mod.ts";
import {
  eventOf,
  fileOf,
  pathOf,
  snapshotOf,
  socketOf,
  stateOf,
  textOf,
  TIME_NS,
  valueOf,
} from "./fixture_test.ts";
import { jsonValue, renderValue, syscallFields } from "./mod.ts";

Deno.test("evt.time prints local time, evt.time.iso8601 UTC", () => {
  const event = eventOf("openat");
  const local = new Date(Number(TIME_NS / 1_000_000n));
  const hour = String(local.getHours()).padStart(2, "0");
  const minute = String(local.getMinutes()).padStart(2, "0");
  assertEquals(valueOf("evt.time", event), `${hour}:${minute}:00.010000000`);
  assertEquals(valueOf("evt.time.s", event), `${hour}:${minute}:00`);
  assertEquals(valueOf("evt.outputtime", event), valueOf("evt.time", event));
  assertEquals(valueOf("evt.time.iso8601", event), "2019-08-19T16:00:00.010000000+0000");
  assertEquals(String(valueOf("evt.datetime", event)).slice(10), ` ${hour}:${minute}:00.010000000`);
});

Deno.test("evt.rawtime is whole in nanoseconds and comes in two parts", () => {
  const event = eventOf("openat");
  assertEquals(valueOf("evt.rawtime", event), TIME_NS);
  assertEquals(textOf("evt.rawtime.s", event), "1566230400");
  assertEquals(textOf("evt.rawtime.ns", event), "010000000");
});

Deno.test("JSON outputs carry formatted times as integers", () => {
  for (const name of ["evt.time", "evt.time.iso8601", "evt.datetime.s"]) {
    assertEquals(syscallFields.get(name)!.json!(eventOf("openat"), stateOf()), TIME_NS, name);
  }
});

Deno.test("times beyond any calendar are printed without complaint", () => {
  for (const timeNs of [0n, 2n ** 64n - 1n, 10n ** 30n, -5n]) {
    for (const name of ["evt.time", "evt.datetime", "evt.time.iso8601"]) {
      valueOf(name, eventOf("openat", { timeNs }));
    }
  }
});

Deno.test("evt.type is the system call's name, for generic events too", () => {
  const generic = eventCodesByName("sync")[0]!;
  assertEquals(generic > GENERIC_BASE, true);
  const event = { ...eventOf("openat"), type: generic };
  assertEquals(valueOf("evt.type", event), "sync");
  assertEquals(valueOf("syscall.type", event), "sync");
  assertEquals(valueOf("evt.args", event), "");
});

Deno.test("syscall.type is absent for events that are no system calls", () => {
  assertEquals(valueOf("evt.type", eventOf("procexit")), "procexit");
  assertEquals(valueOf("syscall.type", eventOf("procexit")), undefined);
  assertEquals(valueOf("evt.dir", eventOf("procexit")), ">");
  assertEquals(valueOf("evt.dir", eventOf("openat")), "<");
});

Deno.test("evt.type is the name of what an asynchronous event tells of", () => {
  const event = eventOf("asyncevent", { params: { name: "container_added" } });
  assertEquals(valueOf("evt.is_async", event), true);
  assertEquals(valueOf("evt.type", event), "container_added");
  assertEquals(valueOf("evt.asynctype", event), "container_added");
  assertEquals(valueOf("evt.asynctype", eventOf("openat")), undefined);
});

Deno.test("evt.type.is compares with a name or a code", () => {
  const event = eventOf("openat");
  assertEquals(valueOf("evt.type.is.openat", event), 1);
  assertEquals(valueOf("evt.type.is.open", event), 0);
  assertEquals(valueOf(`evt.type.is.${event.type}`, event), 1);
  const [older, newer] = [eventOf("mount"), eventOf("move_mount")];
  assertEquals(valueOf(`evt.type.is.${older.type}`, newer), 1, "codes are those that others know");
});

Deno.test("evt.res names the error, evt.rawres is its number", () => {
  const failed = eventOf("openat", { result: -2 });
  assertEquals(valueOf("evt.res", failed), "ENOENT");
  assertEquals(valueOf("evt.rawres", failed), -2);
  assertEquals(valueOf("evt.failed", failed), true);
  assertEquals(valueOf("evt.res", eventOf("openat", { result: 3 })), "SUCCESS");
  assertEquals(valueOf("evt.res", eventOf("openat", { result: -4000 })), "-4000");
  for (const name of ["setsid", "clone", "process_vm_readv", "process_vm_writev"]) {
    assertEquals(valueOf("evt.res", eventOf(name, { result: -22 })), "-22", name);
  }
});

Deno.test("an event without a result has none of its fields", () => {
  const event = eventOf("procexit", { result: undefined });
  for (const name of ["evt.res", "evt.rawres", "evt.failed", "evt.count.error"]) {
    assertEquals(valueOf(name, event), undefined, name);
  }
});

Deno.test("evt.category of a read is what was read from", () => {
  const of = (typeChar: string) =>
    valueOf("evt.category", eventOf("read", { descriptor: fileOf(pathOf("/x"), { typeChar }) }));
  assertEquals(["f", "4", "p", "m"].map(of), ["file", "net", "ipc", "unknown"]);
  assertEquals(valueOf("evt.category", eventOf("read")), "unknown");
  assertEquals(valueOf("evt.category", eventOf("openat")), "file");
  assertEquals(valueOf("evt.category", eventOf("pipe2")), "IPC");
  assertEquals(valueOf("evt.category", eventOf("execve")), "process");
});

Deno.test("evt.is_open_read and _write follow the flags of the open family only", () => {
  const opened = (flags: number) => eventOf("openat", { params: { flags }, result: 3 });
  const both = (flags: number) => [
    valueOf("evt.is_open_read", opened(flags)),
    valueOf("evt.is_open_write", opened(flags)),
  ];
  assertEquals(both(flag("O_RDONLY")), [true, false]);
  assertEquals(both(flag("O_WRONLY")), [false, true]);
  assertEquals(both(flag("O_RDWR")), [true, true]);
  assertEquals(both(0), [false, false]);
  assertEquals(valueOf("evt.is_open_read", eventOf("socket", { params: { flags: 1 } })), false);
  assertEquals(valueOf("evt.is_open_write", eventOf("openat2", { params: { flags: 2 } })), true);
});

Deno.test("evt.is_open_exec wants a file to be created with an execute bit", () => {
  const create = flag("O_CREAT");
  const is = (name: string, params: Record<string, number>) =>
    valueOf("evt.is_open_exec", eventOf(name, { params }));
  assertEquals(is("openat", { flags: create, mode: 0o755 }), true);
  assertEquals(is("openat", { flags: create, mode: 0o644 }), false);
  assertEquals(is("openat", { flags: 1, mode: 0o755 }), false);
  assertEquals(is("open", { flags: flag("O_TMPFILE"), mode: 0o100 }), true);
  assertEquals(is("creat", { mode: 0o755 }), true);
  assertEquals(is("open_by_handle_at", { flags: create, mode: 0o755 }), false);
});

Deno.test("evt.is_open_create needs the kernel's word, or a temporary file that was made", () => {
  const is = (flags: number, result: number) =>
    valueOf("evt.is_open_create", eventOf("openat", { params: { flags }, result }));
  assertEquals(is(flag("O_CREAT"), 3), false);
  assertEquals(is(flag("O_CREAT") | flag("O_F_CREATED"), 3), true);
  assertEquals(is(flag("O_TMPFILE"), 3), true);
  assertEquals(is(flag("O_TMPFILE"), -13), false);
});

Deno.test("evt.is_io and its kin follow what the call does", () => {
  const of = (name: string) =>
    ["evt.is_io_read", "evt.is_io_write", "evt.io_dir", "evt.is_wait"]
      .map((field) => valueOf(field, eventOf(name)));
  assertEquals(of("read"), [true, false, "read", false]);
  assertEquals(of("writev"), [false, true, "write", false]);
  assertEquals(of("poll"), [false, false, undefined, true]);
  assertEquals(of("openat"), [false, false, undefined, false]);
});

Deno.test("evt.buflen is what was moved, by direction and kind of descriptor", () => {
  const event = eventOf("read", { result: 12, descriptor: fileOf(pathOf("/x")) });
  const of = (name: string) => valueOf(name, event);
  assertEquals(of("evt.buflen"), 12);
  assertEquals(of("evt.buflen.in"), 12);
  assertEquals(of("evt.buflen.out"), undefined);
  assertEquals(of("evt.buflen.file.in"), 12);
  assertEquals(of("evt.buflen.net"), undefined);
  const sent = eventOf("sendto", { result: 9, descriptor: socketOf() });
  assertEquals(valueOf("evt.buflen.net.out", sent), 9);
  assertEquals(valueOf("evt.buflen", eventOf("read", { result: 12 })), undefined);
});

Deno.test("evt.buffer prints dots for what is not printable", () => {
  const data = new TextEncoder().encode("a\n\x00é\x7f");
  assertEquals(textOf("evt.buffer", eventOf("read", { params: { data } })), "a.....");
  assertEquals(valueOf("evt.buffer", eventOf("openat")), undefined);
});

Deno.test("evt.buflen is absent where nobody knows what the descriptor is", () => {
  const descriptor = fileOf(pathOf("/etc/passwd"));
  const read = (sketch: Partial<typeof descriptor>) =>
    valueOf("evt.buflen", eventOf("read", { result: 4, descriptor: { ...descriptor, ...sketch } }));
  assertEquals(read({}), 4);
  assertEquals(read({ known: false }), undefined);
});

Deno.test("evt.buffer is there where a call that moves data moved none", () => {
  assertEquals(valueOf("evt.buffer", eventOf("pwrite")), new Uint8Array());
  assertEquals(textOf("evt.buffer", eventOf("pwrite")), "");
});

Deno.test("evt.is_syslog is a write to /dev/log", () => {
  const descriptor = socketOf({ family: "unix", path: "/dev/log" }, { typeChar: "u" });
  assertEquals(valueOf("evt.is_syslog", eventOf("sendto", { descriptor })), true);
  assertEquals(valueOf("evt.is_syslog", eventOf("recvfrom", { descriptor })), false);
  const named = socketOf({ family: "unix", text: "ff->0 /dev/log" }, { typeChar: "u" });
  assertEquals(valueOf("evt.is_syslog", eventOf("write", { descriptor: named })), true);
});

Deno.test("evt.count.error sorts failures by what the call was about", () => {
  const failed = (name: string, descriptor?: ReturnType<typeof fileOf>) =>
    eventOf(name, { result: -2, descriptor });
  const groups = (event: ReturnType<typeof eventOf>) =>
    ["file", "net", "memory", "other"].filter((group) =>
      valueOf(`evt.count.error.${group}`, event) === 1
    );
  assertEquals(groups(failed("openat")), ["file"]);
  assertEquals(groups(failed("read", fileOf(pathOf("/x")))), ["file"]);
  assertEquals(groups(failed("connect", socketOf())), ["net"]);
  assertEquals(groups(failed("mmap")), ["memory"]);
  assertEquals(groups(failed("kill")), ["other"]);
  const programDirectory = fileOf(pathOf("/tmp"));
  assertEquals(groups({ ...failed("execveat"), programDirectory }), ["file"]);
});

Deno.test("evt.is_compat tells 32-bit system calls", () => {
  assertEquals(valueOf("evt.is_compat", eventOf("openat", { compat: true })), true);
});

Deno.test("fields that cannot be filled say why and are absent", () => {
  const state = stateOf({ processId: 100 });
  for (const { name, unavailable } of syscallFields.values()) {
    if (unavailable !== undefined) {
      assertEquals(valueOf(name, eventOf("openat"), state), undefined, name);
    }
  }
});

Deno.test("numbers are numbers in JSON, without leading zeros; other bases are text", () => {
  const json = (name: string, value: number | bigint) => jsonValue(value, syscallFields.get(name)!);
  assertEquals(json("evt.rawres", -2), -2);
  assertEquals(json("evt.rawtime", TIME_NS), TIME_NS);
  assertEquals(json("fd.dev", 255), "FF");
  for (const name of ["evt.reltime", "evt.reltime.ns", "evt.deltatime.ns", "evt.rawtime.ns"]) {
    assertEquals(json(name, 5n), 5n, name);
    assertEquals(renderValue(5n, syscallFields.get(name)!), "000000005", name);
  }
  assertEquals(json("proc.fdusage", 0.25), 0.25);
});

function flag(name: string): number {
  return flagValue("file_flags", name)!;
}

Deno.test("a list without values prints as one, and is null in JSON, as Falco's", () => {
  const field = syscallFields.get("fd.types")!;
  assertEquals(renderValue([], field), "()");
  assertEquals(jsonValue([], field), null);
  assertEquals(jsonValue(["file"], field), ["file"]);
});

Deno.test("decimal numbers have one digit behind the point, as printf rounds", () => {
  const text = (value: number) => renderValue(value, syscallFields.get("proc.fdusage")!);
  const given = [0, 3, 0.04, 0.05, 0.15, 0.25, 0.75, 6.25, 18.75, -0.25, 99.96, 4.2500001];
  assertEquals(
    given.map(text),
    ["0.0", "3.0", "0.0", "0.1", "0.1", "0.2", "0.8", "6.2", "18.8", "-0.2", "100.0", "4.3"],
  );
});

Deno.test("evt.hostname is the name of the machine where the event happened", () => {
  const names = [undefined, "", "elsewhere"].map((hostname) =>
    valueOf("evt.hostname", eventOf("openat", hostname === undefined ? {} : { hostname }))
  );
  assertEquals(names.slice(1), ["", "elsewhere"]);
  assert(names[0] !== "elsewhere");
});

Deno.test("evt.count.procinfo does not count processes of which nothing is known", () => {
  const state = stateOf({ processId: 100 });
  const event = eventOf("procinfo");
  assertEquals(valueOf("evt.count.procinfo", event, state), 1);
  state.processes.seed([{ ...snapshotOf({ processId: 101 }), image: UNSEEN_IMAGE }]);
  const unknown = eventOf("procinfo", { threadId: 101, processId: 101 });
  assertEquals(valueOf("evt.count.procinfo", unknown, state), 0);
});

Deno.test("evt.around is how many milliseconds an event is away from a time, begun ones too", () => {
  const around = (distanceNs: bigint) =>
    valueOf(`evt.around[${TIME_NS}]`, eventOf("openat", { timeNs: TIME_NS + distanceNs }));
  assertEquals([0n, 1n, -1n, 1_000_000n, -1_000_001n].map(around), [0n, 1n, 1n, 1n, 2n]);
});
