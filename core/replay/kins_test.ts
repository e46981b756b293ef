import { assert, assertEquals } from "../../tests/assert.ts";
import { capture, type GivenEvent, process } from "../../tests/made_captures.ts";
import type { KinSight, ParamValue } from "../event/mod.ts";
import { memoryInput, ScapReader } from "../scap/mod.ts";
import { recordedState, sinkInto } from "./recorded_state.ts";
import { Replay } from "./replay.ts";

/** Of every event that opens. */
async function kinsOf(events: readonly GivenEvent[]): Promise<(KinSight | undefined)[]> {
  const kins: (KinSight | undefined)[] = [];
  const replay = new Replay(sinkInto(recordedState(), (event) => {
    if (event.opened) kins.push(event.kin);
  }));
  const bytes = await capture([process(10, "bash"), process(11, "vi", { cwd: "/tmp/" })], events);
  using reader = new ScapReader(memoryInput(bytes));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") return kins;
    else replay.take(item);
  }
}

/** O_RDONLY, O_CREAT, O_DIRECTORY. */
const READ = 1, CREATE = 4, DIRECTORY = 0x400;

function open(params: Record<string, ParamValue> = {}, more: Partial<GivenEvent> = {}): GivenEvent {
  const usual = { fd: 3, dirfd: -100, name: "/a/b", flags: READ, mode: 0, dev: 5, ino: 7n };
  return { type: "openat", params: { ...usual, ...params }, ...more };
}

/** The first time nobody knows whether a path comes again. */
const AT_FIRST = open();

Deno.test("openings that differ in who, when, which file and the number they gave are of one kin", async () => {
  const kins = await kinsOf([
    AT_FIRST,
    open(),
    open({ fd: 9 }),
    open({ ino: 8n, dev: 6 }),
    open({ mode: 0o755 }),
    open({ dirfd: 4 }),
    open({}, { threadId: 11 }),
  ]);
  assertEquals(kins.shift(), undefined);
  assert(kins[0] !== undefined && kins.every((kin) => kin === kins[0]));
});

Deno.test("openings that differ in anything else are of other kins", async () => {
  const events = [
    open(),
    open({ flags: READ | DIRECTORY }),
    open({ flags: CREATE }),
    open({ flags: CREATE, mode: 0o755 }),
    open({ fd: -2 }),
    open({ fd: -13 }),
    open({}, { type: "open" }),
    open({}, { type: "openat2" }),
    open({ creat_flags: 0 }, { type: "creat" }),
    open({ name: "/a/c" }),
    open({ name: "b" }),
    open({ name: "b" }, { threadId: 11 }),
  ];
  const kins = (await kinsOf([...events, ...events, ...events])).slice(events.length);
  assert(kins.every((kin) => kin !== undefined));
  assertEquals(new Set(kins).size, events.length);
  assertEquals(kins.slice(events.length), kins.slice(0, events.length));
});

Deno.test("an opening has no kin where the path begins at a descriptor, or was told otherwise before", async () => {
  const told: GivenEvent = {
    type: "openat",
    direction: "enter",
    params: { dirfd: -100, name: "/etc/shadow", flags: READ, mode: 0 },
  };
  const events = [open(), open({ name: "b" }), open({ name: "b", dirfd: 3 })];
  const kins = await kinsOf([...events, ...events, told, open()]);
  assertEquals(kins.slice(-4).map((kin) => kin !== undefined), [true, true, false, false]);
});

Deno.test("an opening that was told the same before is of the kin of those that were not", async () => {
  const enter = (flags: number): GivenEvent => ({
    type: "openat",
    direction: "enter",
    params: { dirfd: -100, name: "/a/b", flags, mode: 0 },
  });
  const [, kin, same, other] = await kinsOf(
    [open(), open(), enter(READ), open(), enter(CREATE), open()],
  );
  assert(kin !== undefined && same === kin);
  assertEquals(other, undefined);
});
