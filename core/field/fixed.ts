/** What the type of an event alone says of a field: the value it always has there, or that there is none. */
import {
  EVENT_FLAGS,
  type EventType,
  eventType,
  GENERIC_BASE,
  namesOfType,
  newerCallOf,
} from "../event/mod.ts";
import { hasFlag, isMetaEvent, isSyscall, paramIndex } from "./_event.ts";
import type { FieldArgument, FieldDefinition, FieldValue } from "./field.ts";
import { hasPath, type PathRole } from "./fs_path.ts";

/** `value` is `undefined` where such events have no value. */
export interface Fixed {
  readonly value: FieldValue;
}

type Settle = (type: EventType, argument: FieldArgument) => Fixed | undefined;

const ABSENT: Fixed = { value: undefined };

/** PPME_ASYNCEVENT_E: carries the name that rules see. */
const ASYNC_EVENT = 402;

/** Fields whose value may follow from the type; those of the descriptor and of paths come beside. */
const SETTLED: Readonly<Record<string, Settle>> = {
  "evt.type": ({ code, name }) => code === ASYNC_EVENT ? undefined : { value: name },
  "syscall.type": ({ code, name }) => isSyscall(code) ? { value: name } : ABSENT,
  "evt.dir": ({ direction }) => ({ value: direction === "enter" ? ">" : "<" }),
  "evt.is_async": ({ code }) => ({ value: isMetaEvent(code) }),
  "evt.is_io": ({ code }) => ({ value: hasFlag(code, "reads") || hasFlag(code, "writes") }),
  "evt.is_io_read": ({ code }) => ({ value: hasFlag(code, "reads") }),
  "evt.is_io_write": ({ code }) => ({ value: hasFlag(code, "writes") }),
  "evt.is_wait": ({ code }) => ({ value: hasFlag(code, "waits") }),
  "evt.is_syslog": ({ code }) => hasFlag(code, "writes") ? undefined : { value: false },
  "evt.is_open_read": falseUnlessOpening,
  "evt.is_open_write": falseUnlessOpening,
  "evt.is_open_exec": falseUnlessOpening,
  "evt.is_open_create": falseUnlessOpening,
  "evt.arg": absentWithoutParam,
  "evt.rawarg": absentWithoutParam,
  "evt.abspath": ({ params }) =>
    params.some(({ type }) => type === "FSRELPATH" || type === "FSPATH") ? undefined : ABSENT,
  "evt.buffer": ({ code }) => paramIndex(code, "data") < 0 ? ABSENT : undefined,
  "fs.path.name": pathSettled("name"),
  "fs.path.nameraw": pathSettled("name"),
  "fs.path.source": pathSettled("source"),
  "fs.path.sourceraw": pathSettled("source"),
  "fs.path.target": pathSettled("target"),
  "fs.path.targetraw": pathSettled("target"),
};

/** Whether the type of an event may say something of a field of the syscall source. */
export function maySettle({ name }: FieldDefinition): boolean {
  return settleOf(name) !== undefined;
}

/** What all events of a type have in common; absent when they may differ. For the syscall source. */
export function fixedValue(
  { name, candidates }: FieldDefinition,
  argument: FieldArgument,
  code: number,
): Fixed | undefined {
  const type = eventType(code);
  const fixed = type && settleOf(name)?.(type, argument);
  // Asked for by the name of a newer call, see core/filter/newer_names.ts.
  const severalNames = candidates && fixed?.value === type?.name && newerCallOf(code);
  return severalNames ? { value: namesOfType(code) } : fixed;
}

function settleOf(name: string): Settle | undefined {
  if (Object.hasOwn(SETTLED, name)) return SETTLED[name];
  if (name.startsWith("evt.buflen")) return absentUnlessIo;
  // fd.types is about all descriptors of the process.
  return name.startsWith("fd.") && name !== "fd.types" ? absentWithoutDescriptor : undefined;
}

function absentUnlessIo({ category }: EventType): Fixed | undefined {
  return category.startsWith("io-") ? undefined : ABSENT;
}

/** Whoever opens has the flags it opens with; creat has none. */
function falseUnlessOpening({ name, params }: EventType): Fixed | undefined {
  const opens = name === "creat" || params.some(({ flags }) => flags === "file_flags");
  return opens ? undefined : { value: false };
}

function absentWithoutParam({ code, params }: EventType, argument: FieldArgument) {
  const has = typeof argument === "number"
    ? argument < params.length
    : paramIndex(code, String(argument)) >= 0;
  return has ? undefined : ABSENT;
}

function pathSettled(role: PathRole): Settle {
  return ({ code }) => hasPath(code, role) ? undefined : ABSENT;
}

const TOUCHES_DESCRIPTOR = EVENT_FLAGS.creates | EVENT_FLAGS.uses | EVENT_FLAGS.destroys;

/**
 * Sure only where the parameters are known and none is a descriptor. Generic system calls have none of
 * their own, and live capture looks at the descriptors of some.
 */
function absentWithoutDescriptor(type: EventType): Fixed | undefined {
  if (type.flags & TOUCHES_DESCRIPTOR) return undefined;
  if (!isSyscall(type.code)) return ABSENT;
  const isDescribed = type.code < GENERIC_BASE && type.params.length > 1 && type.name !== "syscall";
  if (!isDescribed || type.params.some((param) => /^FD/.test(param.type))) return undefined;
  return ABSENT;
}
