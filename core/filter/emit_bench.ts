/** Interpreter against generated code: `deno bench core/filter/emit_bench.ts`. */
import { type Event, eventCodesByName } from "../event/mod.ts";
import {
  defineField,
  type FieldDefinition,
  type FieldTable,
  type FieldType,
  type FieldValue,
} from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import { check } from "./testing.ts";
import {
  type CheckedCondition,
  emitCondition,
  foldForEventType,
  interpretCondition,
} from "./mod.ts";

/** Written after upstream's most common shapes: types first, then names, paths and exceptions. */
const CONDITION = `
  evt.type in (open, openat, openat2) and evt.is_open = true and
  (fd.name startswith /etc or fd.name pmatch (/root/.ssh, /home/*/.ssh)) and
  not proc.name in (dpkg, apt, systemd, sshd, cron) and
  not (proc.name = cat and proc.exe endswith /busybox) and
  not proc.aname in (ansible, puppet) and user.uid != 1000
`;

interface BenchEvent {
  readonly type: string;
  readonly open: boolean;
  readonly uid: number;
  readonly ancestors: readonly string[];
  readonly path: string;
  readonly name: string;
  readonly exe: string;
}

function field(
  name: string,
  type: FieldType,
  read: (event: BenchEvent) => FieldValue,
  rest: Partial<FieldDefinition> = {},
): readonly [string, FieldDefinition] {
  const extract = (event: Event) => read(event as unknown as BenchEvent);
  return [name, defineField({ name, type, summary: "For the bench", extract, ...rest })];
}

const fields: FieldTable = new Map([
  field("evt.type", "CHARBUF", (event) => event.type),
  field("evt.is_open", "BOOL", (event) => event.open),
  field("fd.name", "CHARBUF", (event) => event.path),
  field("proc.name", "CHARBUF", (event) => event.name),
  field("proc.exe", "CHARBUF", (event) => event.exe),
  field("proc.aname", "CHARBUF", (event) => event.ancestors, { candidates: "any" }),
  field("user.uid", "UINT32", (event) => event.uid),
]);

function compiled(): CheckedCondition {
  const { condition } = check(CONDITION, {}, fields);
  if (!condition) throw new Error("the condition of this bench does not compile");
  return condition;
}

const condition = compiled();
const emitted = emitCondition(condition);
const folded = foldForEventType(condition, eventCodesByName("openat")[0]!);
const specialized = typeof folded === "boolean" ? () => folded : emitCondition(folded);

const state = {} as State;
const shared = { type: "openat", open: true, uid: 0, ancestors: ["bash", "sshd"] };
/** One that matches, one that nearly does, one that is of no interest. */
const events = [
  { ...shared, path: "/etc/shadow", name: "cat", exe: "/bin/cat" },
  { ...shared, path: "/home/me/.ssh/id", name: "sshd", exe: "/usr/sbin/sshd" },
  { ...shared, path: "/usr/lib/libc.so.6", name: "ls", exe: "/bin/ls" },
] as const satisfies readonly BenchEvent[] as unknown as readonly Event[];

let matches = 0;

Deno.bench("interpreted, 3 events", { group: "condition", baseline: true }, () => {
  for (const event of events) if (interpretCondition(condition, event, state)) matches++;
});

Deno.bench("emitted, 3 events", { group: "condition" }, () => {
  for (const event of events) if (emitted(event, state)) matches++;
});

Deno.bench("emitted for one event type, 3 events", { group: "condition" }, () => {
  for (const event of events) if (specialized(event, state)) matches++;
});

Deno.bench("check and emit", () => {
  emitCondition(compiled());
});
