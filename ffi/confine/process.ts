/** A process that gives up what it will not need, and becomes another program. */
import { cString, errno, errorText } from "../libc.ts";
import { NativeError } from "../native_error.ts";
import { openCalls } from "./_calls.ts";

export interface ProcessLimits {
  /** Of memory that only this process writes to. */
  readonly dataBytes: number;
  readonly openFiles: number;
  /** All threads of the user, this process's own included. */
  readonly threads: number;
}

const PR_SET_PDEATHSIG = 1, PR_SET_DUMPABLE = 4, PR_SET_NO_NEW_PRIVS = 38, PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_LOWER = 3n;
const SIGKILL = 9n;
const CAP_DAC_READ_SEARCH = 2n, CAP_SETGID = 6n, CAP_SETUID = 7n, LAST_CAPABILITY = 63n;
const HANDED_ON = [CAP_DAC_READ_SEARCH, CAP_SETGID, CAP_SETUID];
const RLIMIT_DATA = 2, RLIMIT_CORE = 4, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8;

/**
 * Programs that are run cannot bring rights along from now on, neither by setuid nor by file capabilities.
 * Of what root can do, what comes next keeps only becoming another user; and of what was handed on to
 * somebody who is not root, that and reading files.
 */
export function refuseNewPrivileges(): void {
  const calls = openCalls();
  if (calls.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) !== 0) throw failed("set no_new_privs");
  // Only who is allowed to; the others have nothing to lose.
  for (let capability = 0n; capability <= LAST_CAPABILITY; capability++) {
    if (capability === CAP_SETGID || capability === CAP_SETUID) continue;
    calls.prctl(PR_CAPBSET_DROP, capability, 0n, 0n, 0n);
  }
  for (let capability = 0n; capability <= LAST_CAPABILITY; capability++) {
    if (HANDED_ON.includes(capability)) continue;
    calls.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, capability, 0n, 0n);
  }
}

/** Limits that nobody without rights can raise again. */
export function limitProcess({ dataBytes, openFiles, threads }: ProcessLimits): void {
  const limits: readonly (readonly [number, number])[] = [
    [RLIMIT_CORE, 0],
    [RLIMIT_MEMLOCK, 0],
    [RLIMIT_DATA, dataBytes],
    [RLIMIT_NOFILE, openFiles],
    [RLIMIT_NPROC, threads],
  ];
  for (const [resource, value] of limits) {
    const limit = new Uint8Array(new BigUint64Array([BigInt(value), BigInt(value)]).buffer);
    openCalls().setrlimit(resource, limit);
  }
}

/** As another user and group, of the machine's or of nobody's, without capabilities; false where that is refused. */
export function becomeUser(id: number): boolean {
  const calls = openCalls();
  return calls.setgroups(0n, null) === 0 && calls.setresgid(id, id, id) === 0 &&
    calls.setresuid(id, id, id) === 0;
}

/** Dies with the process that started it; shows its memory to nobody, in no core dump either. */
export function dieWithParent(): void {
  const calls = openCalls();
  calls.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
  calls.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n);
}

/** Away from the terminal, and from signals for whoever sits there. */
export function leaveTerminal(): void {
  openCalls().setsid();
}

const PRIO_PROCESS = 0, NICE = 5;

/** Others come first when there is not enough CPU time for all; for this thread and what it becomes. */
export function giveWay(): void {
  openCalls().setpriority(PRIO_PROCESS, 0, NICE);
}

const CLOSE_RANGE = 436n, CLOSE_RANGE_CLOEXEC = 4;
const FIRST_OTHER = 3, LAST_DESCRIPTOR = 0xffff_ffff;

/**
 * Becomes another program; returns only by throwing. Of what is open it keeps standard input, output and
 * errors.
 */
export function becomeProgram(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): never {
  const calls = openCalls();
  calls.closeRange(CLOSE_RANGE, FIRST_OTHER, LAST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
  const words = pointersTo([path, ...args]);
  const variables = pointersTo(
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  );
  calls.execve(cString(path), words.table, variables.table);
  throw failed(`run "${path}" (${words.texts.length} words)`);
}

/** `char *const[]`; the texts have to be kept as long as the table. */
function pointersTo(words: readonly string[]) {
  const texts = words.map(cString);
  const table = new BigUint64Array(texts.length + 1);
  for (const [index, text] of texts.entries()) {
    table[index] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(text));
  }
  return { texts, table: new Uint8Array(table.buffer) };
}

function failed(what: string): NativeError {
  return new NativeError("no-permission", `Cannot ${what}: ${errorText(errno())}`, {
    help: "does a policy of this machine forbid it?",
  });
}
