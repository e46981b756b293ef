import { assert, assertEquals } from "../../tests/assert.ts";
import { capture, type GivenEvent, process } from "../../tests/made_captures.ts";
import type { ParamValue } from "../event/mod.ts";
import { memoryInput, ScapReader } from "../scap/mod.ts";
import { recordedState, sinkInto } from "./recorded_state.ts";
import { Replay } from "./replay.ts";

const JUDGE = {};

/** Of every event that opens: whether nothing was expected of it; then it is noted that nothing came. */
async function quietOf(events: readonly GivenEvent[]): Promise<(boolean | undefined)[]> {
  const quiet: (boolean | undefined)[] = [];
  const replay = new Replay(sinkInto(recordedState(), ({ opened, kin }) => {
    if (!opened) return;
    quiet.push(kin?.isQuiet(JUDGE, 0));
    kin?.noteQuiet(JUDGE, 0);
  }));
  const bytes = await capture([process(10, "bash"), process(11, "vi", { cwd: "/tmp/" })], events);
  using reader = new ScapReader(memoryInput(bytes));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") return quiet;
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

/** Only what comes a third time is known by its bytes, and has notes of its own. */
const THRICE = [open(), open(), open()];

Deno.test("openings that differ in who, when, and the number they gave are of one kin", async () => {
  const quiet = await quietOf([
    ...THRICE,
    open({ fd: 9 }),
    open({}, { threadId: 11 }),
  ]);
  assertEquals(quiet, [undefined, false, false, true, true]);
});

Deno.test("openings of other files under the path are of the kin of those that are not known yet", async () => {
  const quiet = await quietOf([
    AT_FIRST,
    open(),
    open({ ino: 8n, dev: 6 }),
    open({ mode: 0o755 }),
    open({ dirfd: 4 }),
  ]);
  assertEquals(quiet, [undefined, false, true, true, true]);
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
  for (const event of events) {
    const others = events.filter((other) => other !== event);
    const rounds = [...others, ...others, ...others, ...others, ...others];
    const quiet = await quietOf([...rounds, event, event, event, event]);
    assert(quiet.slice(4 * others.length, rounds.length).every((is) => is));
    assertEquals(quiet[rounds.length] ?? false, false);
    assertEquals(quiet.at(-1), true);
  }
});

Deno.test("an opening has no kin where the path begins at a descriptor, or was told otherwise before", async () => {
  const told: GivenEvent = {
    type: "openat",
    direction: "enter",
    params: { dirfd: -100, name: "/etc/shadow", flags: READ, mode: 0 },
  };
  const events = [open(), open({ name: "b" }), open({ name: "b", dirfd: 3 })];
  const quiet = await quietOf([...events, ...events, ...events, told, open()]);
  const haveKin = quiet.slice(-4).map((is) => is !== undefined);
  assertEquals(haveKin, [true, true, false, false]);
});

Deno.test("an opening that was told the same before is of the kin of those that were not", async () => {
  const enter = (flags: number): GivenEvent => ({
    type: "openat",
    direction: "enter",
    params: { dirfd: -100, name: "/a/b", flags, mode: 0 },
  });
  const quiet = await quietOf([open(), open(), enter(READ), open(), enter(CREATE), open()]);
  assertEquals(quiet, [undefined, false, true, undefined]);
});
