/** What whoever reads captures makes of calls, where the kernel has made something else. */
import { type Credentials, type Event, eventType, flagValue } from "../event/mod.ts";

const NOT_SET = { euid: 0xffffffff, egid: 0xffffffff };
const SETTERS: ReadonlySet<string> = new Set(["setresuid", "setreuid", "setresgid", "setregid"]);

/** Where the kinds of namespaces stand among the parameters. */
const ENTERING: Readonly<Record<string, number>> = { unshare: 1, setns: 2 };
const EVERYTHING = { capInheritable: -1n, capPermitted: -1n, capEffective: -1n };

/** What is wrong in what they make of the event; to be put right after it. Absent: nothing. */
export function believedCredentials(event: Event): Partial<Credentials> | undefined {
  if (event.result !== 0) return undefined;
  const { name } = eventType(event.type)!;
  // An id of -1 stays as it is.
  if (SETTERS.has(name)) return event.param(2) === NOT_SET.euid ? NOT_SET : undefined;
  // Nobody inherits anything in a new user namespace.
  return Object.hasOwn(ENTERING, name) && isUserNamespace(event.param(ENTERING[name]!))
    ? EVERYTHING
    : undefined;
}

function isUserNamespace(kinds: unknown): boolean {
  return typeof kinds === "number" && (kinds & flagValue("clone_flags", "CLONE_NEWUSER")!) !== 0;
}
