/** Gives up, for the rest of this process's life, what it needs no more. */
import { errno, errorText, openLibc } from "../libc.ts";
import { NativeError } from "../native_error.ts";
import { canReachThreads, onEveryThread, type SystemCall } from "./_every_thread.ts";
import { CAPABILITIES, type Capability, maskOf } from "./capability.ts";
import { type ThreadPrivileges, threadPrivileges } from "./state.ts";

export interface Drop {
  /** What the process keeps, of what it has. */
  readonly keep: readonly Capability[];
  /** What programs that it starts as root can have beside that; absent: all that it can have now. */
  readonly forPrograms?: readonly Capability[];
  /**
   * What it does not have in effect itself, and can give to single programs that it starts (`handingOn`):
   * for those who are not root, whose programs have nothing otherwise. Absent: nothing.
   */
  readonly handOn?: readonly Capability[];
  /** Programs that it starts get no more than it has: for those that start none. */
  readonly noNewPrivileges: boolean;
  /** Becomes this user, with these groups and no others; absent: stays who it is. */
  readonly user?: {
    readonly userId: number;
    readonly groupId: number;
    /** 64 of them at most count. */
    readonly groups: readonly number[];
  };
}

/** Numbers on x86-64: linux arch/x86/entry/syscalls/syscall_64.tbl. */
const SYS_SETGROUPS = 116, SYS_SETRESUID = 117, SYS_SETRESGID = 119, SYS_CAPSET = 126;
const SYS_PRCTL = 157;
const PR_SET_DUMPABLE = 4, PR_SET_KEEPCAPS = 8, PR_CAPBSET_DROP = 24, PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_CLEAR_ALL = 4;

/**
 * Of all threads, and so of those to come. Rejects with a `NativeError` where some thread would not; what
 * the others gave up is gone all the same.
 */
export async function dropPrivileges(drop: Drop): Promise<void> {
  if (!canReachThreads) {
    throw new NativeError("no-permission", "Privileges can only be given up on x86-64", {
      help: "start falcod with few of them: CapabilityBoundingSet= of systemd, capsh, containers",
    });
  }
  const kept = maskOf(drop.keep), handOn = maskOf(drop.handOn ?? []);
  const permitted = threadPrivileges().reduce((mask, each) => mask & each.permitted, ~0n);
  const lacks = (names: readonly Capability[]) => maskOf(names) & ~permitted;
  if (drop.user && lacks(["CAP_SETUID", "CAP_SETGID"])) {
    throw new NativeError("no-permission", `Cannot become user ${drop.user.userId}`, {
      help: "start falcod as root, or with CAP_SETUID and CAP_SETGID",
    });
  }
  // Whoever may not limit what programs can have has little himself.
  const bounding = drop.forPrograms && !lacks(["CAP_SETPCAP"])
    ? kept | handOn | maskOf(drop.forPrograms)
    : undefined;
  const unfinished = () =>
    threadPrivileges().filter((thread) => !isDone(thread, { kept, handOn, bounding }, drop))
      .map(({ threadId }) => threadId);
  const isEverywhere = await onEveryThread(
    {
      data: dataOf(kept & permitted, handOn & permitted, drop),
      calls: (data) => callsOf(drop, { bounding, data }),
    },
    unfinished,
  );
  if (isEverywhere) return;
  const left = unfinished().length;
  throw new NativeError("no-permission", `${left} threads did not give up their privileges`, {
    help: "tell the developers of falcod; privileges.drop: false leaves the process as it is",
  });
}

function isDone(
  { effective, permitted, bounding: has, noNewPrivileges, userId }: ThreadPrivileges,
  { kept, handOn, bounding }: {
    readonly kept: bigint;
    readonly handOn: bigint;
    readonly bounding: bigint | undefined;
  },
  drop: Drop,
): boolean {
  return (effective & ~kept) === 0n && (permitted & ~(kept | handOn)) === 0n &&
    (bounding === undefined || (has & ~bounding) === 0n) &&
    (noNewPrivileges || !drop.noNewPrivileges) &&
    (drop.user === undefined || userId === drop.user.userId);
}

function callsOf(
  { user, noNewPrivileges }: Drop,
  { bounding, data }: { readonly bounding: bigint | undefined; readonly data: bigint },
): readonly SystemCall[] {
  const prctl = (...args: readonly number[]) => ({ number: SYS_PRCTL, args: [...args, 0, 0, 0] });
  const calls: SystemCall[] = [];
  for (let number = 0; bounding !== undefined && number < CAPABILITIES.length; number++) {
    if (!((bounding >> BigInt(number)) & 1n)) calls.push(prctl(PR_CAPBSET_DROP, number));
  }
  calls.push(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL));
  if (user) {
    const { userId, groupId } = user;
    const groups = groupsOf(user);
    calls.push(
      prctl(PR_SET_KEEPCAPS, 1),
      { number: SYS_SETGROUPS, args: [groups.length, data + GROUPS_AT] },
      { number: SYS_SETRESGID, args: [groupId, groupId, groupId] },
      { number: SYS_SETRESUID, args: [userId, userId, userId] },
    );
  }
  calls.push({ number: SYS_CAPSET, args: [data, data + HEADER_BYTES] });
  if (noNewPrivileges) calls.push(prctl(PR_SET_NO_NEW_PRIVS, 1));
  return calls.map(({ number, args }) => ({ number, args: args.slice(0, 5) }));
}

const CAPABILITY_VERSION_3 = 0x20080522;
const HEADER_BYTES = 8n;

/** Behind what capset takes. */
const GROUPS_AT = 32n;
const MAX_GROUPS = 64;

function groupsOf({ groups }: NonNullable<Drop["user"]>): readonly number[] {
  return groups.slice(0, MAX_GROUPS);
}

/**
 * struct __user_cap_header_struct {u32 version, i32 pid}, two __user_cap_data_struct, and numbers of
 * groups.
 */
function dataOf(effective: bigint, inheritable: bigint, { user }: Drop): Uint8Array {
  const groups = user ? groupsOf(user) : [];
  const words = new Uint32Array(8 + groups.length);
  words.set(groups, 8);
  const sets = [effective, effective | inheritable, inheritable];
  const low = sets.map((mask) => Number(mask & 0xffff_ffffn));
  const high = sets.map((mask) => Number((mask >> 32n) & 0xffff_ffffn));
  // version, this thread; effective, permitted, inheritable: low words, then high ones
  words.set([CAPABILITY_VERSION_3, 0, ...low, ...high]);
  return new Uint8Array(words.buffer);
}

/** No core dump has this process's memory in it, and only root may look at it. Throws a `NativeError`. */
export function hideMemory(): void {
  if (openLibc().prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n) === 0) return;
  throw new NativeError("no-permission", `Cannot switch core dumps off: ${errorText(errno())}`, {
    help: "limit them by LimitCORE=0 of systemd, or ulimit -c 0",
  });
}
