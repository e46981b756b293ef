/** Users and groups that a capture names: those that its processes and events have, and no others. */
import type { Credentials } from "../event/mod.ts";
import type { ScapGroup, ScapUser } from "../scap/mod.ts";
import { HOST_ID, type State, type Thread } from "../state/mod.ts";
import type { Told } from "./_told.ts";

/** Of a login uid that is not set, and of the group of a user, which the table does not keep. */
export const UNSET = 0xffffffff;

export interface AccountIds {
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

/** As captures name where an account is: nowhere on the host. */
export function containerIdOf({ process: { containerId } }: Thread): string {
  return containerId === HOST_ID ? "" : containerId;
}

export function idsOf({ uid, euid, loginUid, gid, egid }: Credentials): AccountIds {
  return { users: [uid, euid, loginUid], groups: [gid, egid] };
}

export interface Nameless {
  readonly kind: "user" | "group";
  readonly id: number;
}

/**
 * One that has no name in the thread's container, as long as nothing was told of that container's users
 * and groups: whoever reads would take the host's for them.
 */
export function newNameless(
  ids: AccountIds,
  thread: Thread,
  { state, told }: { readonly state: State; readonly told: Told },
): Nameless | undefined {
  const { containerId } = thread.process;
  if (containerId === HOST_ID || told.hasAccounts(containerId)) return undefined;
  const user = ids.users.find((id) => id !== UNSET && !state.recall(thread, () => state.user(id)));
  if (user !== undefined) return { kind: "user", id: user };
  const group = ids.groups.find((id) => !state.recall(thread, () => state.group(id)));
  return group === undefined ? undefined : { kind: "group", id: group };
}

/** Those that were not told before and have a name where the thread is. */
export function* newAccounts(
  ids: AccountIds,
  thread: Thread,
  { state, told }: { readonly state: State; readonly told: Told },
): Generator<ScapUser | ScapGroup> {
  const container = thread.process.containerId;
  for (const id of ids.users) {
    const user = id === UNSET ? undefined : state.recall(thread, () => state.user(id));
    if (!user || !told.addUser(id, container)) continue;
    const { name, home, shell } = user;
    yield { kind: "user", uid: id, gid: UNSET, name, home, shell };
  }
  for (const id of ids.groups) {
    const group = id === UNSET ? undefined : state.recall(thread, () => state.group(id));
    if (group && told.addGroup(id, container)) yield { kind: "group", gid: id, name: group.name };
  }
}
