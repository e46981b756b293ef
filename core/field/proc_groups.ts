/**
 * proc.sid…, proc.pgid… and proc.vpgid…: session and process group.
 *
 * As upstream's, sid and vpgid are numbers of the process's own pid namespace, pgid of the initial
 * one. The leader is the same process whichever way it is numbered.
 */
import type { Process, State } from "../state/mod.ts";
import { isUnknown } from "./_process.ts";
import { defineField, type FieldDefinition } from "./field.ts";

type LeaderOf = (process: Process, state: State) => Process | undefined;
type Read = (leader: Process) => string;

const name: Read = (leader) => leader.comm;
const exe: Read = (leader) => leader.image.exe;
const exePath: Read = (leader) => leader.image.exePath;

export const procGroupFields: readonly FieldDefinition[] = [
  defineField({
    name: "proc.sid",
    type: "INT64",
    basis: "process",
    summary: "Session id",
    format: "id",
    extract: (_event, state) => state.process?.membership.virtualSessionId,
  }),
  leaderField("proc.sname", "Name of the session leader", sessionLeader, name),
  leaderField("proc.sid.exe", "argv[0] of the session leader", sessionLeader, exe),
  leaderField("proc.sid.exepath", "Executable of the session leader", sessionLeader, exePath),
  defineField({
    name: "proc.is_sid_leader",
    type: "BOOL",
    basis: "process",
    summary: "Whether the process leads its session",
    extract: (_event, state) => {
      const membership = state.process?.membership;
      return membership &&
        (membership.virtualSessionId === membership.virtualPid || isUnknown(state));
    },
  }),
  defineField({
    name: "proc.vpgid",
    type: "INT64",
    basis: "process",
    summary: "Process group id as the process's own pid namespace numbers it",
    format: "id",
    extract: (_event, state) => state.process?.membership.virtualProcessGroupId,
  }),
  leaderField("proc.vpgid.name", "Name of the process group's leader", virtualGroupLeader, name),
  leaderField("proc.vpgid.exe", "argv[0] of the process group's leader", virtualGroupLeader, exe),
  leaderField(
    "proc.vpgid.exepath",
    "Executable of the process group's leader",
    virtualGroupLeader,
    exePath,
  ),
  defineField({
    name: "proc.is_vpgid_leader",
    type: "BOOL",
    basis: "process",
    summary: "Whether the process leads its process group",
    extract: (_event, state) => {
      const membership = state.process?.membership;
      return membership &&
        (membership.virtualProcessGroupId === membership.virtualPid || isUnknown(state));
    },
  }),
  defineField({
    name: "proc.pgid",
    type: "INT64",
    basis: "process",
    summary: "Process group id as the host numbers it",
    format: "id",
    extract: (_event, state) => state.process?.membership.processGroupId,
  }),
  leaderField("proc.pgid.name", "Name of the process group's leader", groupLeader, name),
  leaderField("proc.pgid.exe", "argv[0] of the process group's leader", groupLeader, exe),
  leaderField(
    "proc.pgid.exepath",
    "Executable of the process group's leader",
    groupLeader,
    exePath,
  ),
  defineField({
    name: "proc.is_pgid_leader",
    type: "BOOL",
    basis: "process",
    summary: "Whether the process leads its process group, by the host's numbers",
    extract: (_event, state) => {
      const process = state.process;
      return process && (process.membership.processGroupId === process.id || isUnknown(state));
    },
  }),
];

/** "" when the leader is gone and no ancestor was in its session or group, as upstream's. */
function leaderField(
  fieldName: string,
  summary: string,
  leaderOf: LeaderOf,
  read: Read,
): FieldDefinition {
  return defineField({
    name: fieldName,
    type: "CHARBUF",
    summary,
    extract: (_event, state) => {
      const process = state.process;
      if (process === undefined) return undefined;
      const leader = leaderOf(process, state);
      return leader === undefined ? "" : read(leader);
    },
  });
}

/** The table stands in an ancestor of the same session for a leader that is gone. */
function sessionLeader(process: Process, state: State): Process | undefined {
  return state.processes.sessionLeader(process);
}

function groupLeader(process: Process, state: State): Process | undefined {
  return state.processes.groupLeader(process);
}

function virtualGroupLeader(process: Process, state: State): Process | undefined {
  return state.processes.virtualGroupLeader(process);
}
