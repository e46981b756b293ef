/** Users and groups that a capture names: those of whom it has a process, and no others. */
import type { Credentials } from "../event/mod.ts";
import type { ScapGroup, ScapUser } from "../scap/mod.ts";
import type { UserTable } from "../state/mod.ts";
import type { Told } from "./_told.ts";

/** Of a login uid that is not set, and of the group of a user, which the table does not keep. */
const UNSET = 0xffffffff;

/** Those that were not told before and have a name. */
export function* newAccounts(
  { uid, euid, loginUid, gid, egid }: Credentials,
  users: UserTable,
  told: Told,
): Generator<ScapUser | ScapGroup> {
  for (const id of [uid, euid, loginUid]) {
    if (id === UNSET || !told.addUser(id)) continue;
    const user = users.user(id);
    if (!user) continue;
    const { name, home, shell } = user;
    yield { kind: "user", uid: id, gid: UNSET, name, home, shell };
  }
  for (const id of [gid, egid]) {
    if (id === UNSET || !told.addGroup(id)) continue;
    const group = users.group(id);
    if (group) yield { kind: "group", gid: id, name: group.name };
  }
}
