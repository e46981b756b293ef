/**
 * System calls that upstream's table has no events for and that do what an older call does. They are
 * delivered as the event of that one, as upstream's own table delivers pread64 as `pread`, so that rules
 * about the older call are not evaded by making the newer. Each has a code of its own: conditions that
 * name the newer call mean it alone.
 */

export interface NewerCall {
  readonly code: number;
  /** Name of the system call. */
  readonly call: string;
  /** Code of the event that it is delivered as, which is what other tools know. */
  readonly event: number;
}

/** Between upstream's codes and those of generic events. */
const FIRST_CODE = 900;

const CALLS: readonly NewerCall[] = [
  { code: FIRST_CODE, call: "fchmodat2", event: 313 },
  { code: FIRST_CODE + 1, call: "preadv2", event: 121 },
  { code: FIRST_CODE + 2, call: "pwritev2", event: 123 },
  { code: FIRST_CODE + 3, call: "move_mount", event: 257 },
];

/** In the order of their codes. */
export function newerCalls(): readonly NewerCall[] {
  return CALLS;
}

/** The newer call that events of a type are made by; absent for all other types. */
export function newerCallOf(code: number): NewerCall | undefined {
  return CALLS[code - FIRST_CODE];
}

export function newerCallNamed(call: string): NewerCall | undefined {
  return CALLS.find((newer) => newer.call === call);
}

/** The type that captures and other tools know an event by. */
export function upstreamCode(code: number): number {
  return newerCallOf(code)?.event ?? code;
}
