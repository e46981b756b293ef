/** user.… and group.…: on whose behalf the thread acts. Ids are the effective ones, as upstream's. */
import { defineField, type FieldDefinition } from "./field.ts";

const UNKNOWN = "<NA>";
/** The kernel's (uid_t) -1: no login. */
const UNSET = 4294967295;

export const userFields: readonly FieldDefinition[] = [
  defineField({
    name: "user.uid",
    type: "UINT32",
    basis: "process",
    summary: "Effective user id",
    format: "id",
    extract: (_event, state) => state.thread?.credentials.euid,
  }),
  defineField({
    name: "user.name",
    type: "CHARBUF",
    basis: "process",
    summary: "Name of the effective user",
    extract: (_event, state) => {
      const uid = state.thread?.credentials.euid;
      return uid === undefined ? undefined : nameOf(state.user(uid), uid);
    },
  }),
  defineField({
    name: "user.homedir",
    type: "CHARBUF",
    basis: "process",
    summary: "Home directory of the effective user",
    extract: (_event, state) => {
      const uid = state.thread?.credentials.euid;
      if (uid === undefined) return undefined;
      return state.user(uid)?.home ?? (uid === 0 ? "/root" : UNKNOWN);
    },
  }),
  defineField({
    name: "user.shell",
    type: "CHARBUF",
    basis: "process",
    summary: "Login shell of the effective user",
    extract: (_event, state) => {
      const uid = state.thread?.credentials.euid;
      return uid === undefined ? undefined : state.user(uid)?.shell ?? UNKNOWN;
    },
  }),
  defineField({
    name: "user.loginuid",
    type: "INT64",
    basis: "process",
    summary: "User id of the login session, -1 outside of one; sudo and su do not change it",
    format: "id",
    extract: (_event, state) => {
      const uid = state.thread?.credentials.loginUid;
      return uid === UNSET ? -1 : uid;
    },
  }),
  defineField({
    name: "user.loginname",
    type: "CHARBUF",
    basis: "process",
    summary: "Name of the user who logged in",
    extract: (_event, state) => {
      const uid = state.thread?.credentials.loginUid;
      if (uid === undefined) return undefined;
      return nameOf(state.loginUser(uid), uid);
    },
  }),
  defineField({
    name: "group.gid",
    type: "UINT32",
    basis: "process",
    summary: "Effective group id",
    format: "id",
    extract: (_event, state) => state.thread?.credentials.egid,
  }),
  defineField({
    name: "group.name",
    type: "CHARBUF",
    basis: "process",
    summary: "Name of the effective group",
    extract: (_event, state) => {
      const gid = state.thread?.credentials.egid;
      if (gid === undefined) return undefined;
      return nameOf(state.group(gid), gid);
    },
  }),
];

/** Of a user or group: root has a name even where no file tells it. */
function nameOf(one: { readonly name: string } | undefined, id: number): string {
  return one?.name ?? (id === 0 ? "root" : UNKNOWN);
}
