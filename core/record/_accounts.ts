/** Users and groups that a capture names: those that its processes and events have, and no others. */
import type { Credentials } from "../event/mod.ts";
import type { ScapGroup, ScapUser } from "../scap/mod.ts";
import type { UserTable } from "../state/mod.ts";
import type { Told } from "./_told.ts";

/** Of a login uid that is not set, and of the group of a user, which the table does not keep. */
const UNSET = 0xffffffff;

export interface AccountIds {
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

export function idsOf({ uid, euid, loginUid, gid, egid }: Credentials): AccountIds {
  return { users: [uid, euid, loginUid], groups: [gid, egid] };
}

/** Those that were not told before and have a name. */
export function* newAccounts(
  ids: AccountIds,
  users: UserTable,
  told: Told,
): Generator<ScapUser | ScapGroup> {
  for (const id of ids.users) {
    if (id === UNSET || !told.addUser(id)) continue;
    const user = users.user(id);
    if (!user) continue;
    const { name, home, shell } = user;
    yield { kind: "user", uid: id, gid: UNSET, name, home, shell };
  }
  for (const id of ids.groups) {
    if (id === UNSET || !told.addGroup(id)) continue;
    const group = users.group(id);
    if (group) yield { kind: "group", gid: id, name: group.name };
  }
}
