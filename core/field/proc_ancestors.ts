/**
 * proc.p… and proc.a…: the parent and the ancestors of the process.
 *
 * With an index, `proc.aname[2]` is the grandparent's name and `proc.aname[0]` the process's own.
 * Without, a condition holds when it holds for any ancestor.
 */
import type { Event } from "../event/mod.ts";
import type { Process, State } from "../state/mod.ts";
import {
  argsText,
  commandLine,
  envText,
  envValue,
  hostId,
  isUnknown,
  isUnseen,
} from "./_process.ts";
import {
  defineField,
  type FieldArgument,
  type FieldDefinition,
  type FieldScalar,
  type FieldType,
  type FieldValue,
} from "./field.ts";
import { ageNs, startTimeNs } from "./proc.ts";
import { appendWord } from "./render.ts";

/** libs userspace/libsinsp/sinsp_filtercheck_thread.cpp TYPE_AENV looks no further up. */
const MAX_ENV_ANCESTORS = 20;

/** As far as the process table looks. */
const MAX_ANCESTORS = 64;

type Read = (process: Process) => FieldScalar | undefined;

export const procAncestorFields: readonly FieldDefinition[] = [
  parentField("proc.pname", "Name of the parent", (parent) => parent.comm),
  parentField("proc.pexe", "argv[0] of the parent", (parent) => parent.image.exe),
  parentField("proc.pexepath", "Executable of the parent", (parent) => parent.image.exePath),
  parentField("proc.pcmdline", "Name and arguments of the parent", commandLine),
  {
    ...parentField("proc.ppid", "Process id of the parent", (parent) => hostId(parent.id)),
    type: "INT64",
    format: "id",
  },
  defineField({
    name: "proc.pvpid",
    type: "INT64",
    basis: "process",
    summary: "Process id of the parent as its own pid namespace numbers it",
    format: "id",
    extract: (_event, state) => toldParentOf(state)?.membership.virtualPid,
  }),
  defineField({
    name: "proc.ppid.duration",
    type: "RELTIME",
    summary: "Nanoseconds since the parent started",
    format: "decimal",
    extract: (event, state) => {
      const parent = parentOf(state);
      return parent && ageNs(parent, event);
    },
  }),
  defineField({
    name: "proc.ppid.ts",
    type: "RELTIME",
    summary: "When the parent started, in nanoseconds since the Unix epoch",
    format: "decimal",
    extract: (event, state) => {
      const parent = state.tracked?.parent ?? toldParentOf(state);
      // Falco does not tell "unknown" from the beginning of time here.
      return parent && (startTimeNs(parent, event) ?? 0n);
    },
  }),
  ancestorField("proc.aname", "CHARBUF", "Names of the ancestors", (process) => process.comm),
  ancestorField("proc.aexe", "CHARBUF", "argv[0] of the ancestors", ({ image }) => image.exe),
  ancestorField(
    "proc.aexepath",
    "CHARBUF",
    "Executables of the ancestors",
    (process) => process.image.exePath,
  ),
  ancestorField("proc.acmdline", "CHARBUF", "Names and arguments of the ancestors", commandLine),
  {
    ...ancestorField("proc.apid", "INT64", "Process ids of the ancestors", ({ id }) => hostId(id)),
    format: "id",
    show: (_event, state, argument) => {
      const process = ancestorOf(state, typeof argument === "number" ? argument : 0);
      return process && hostId(process.id);
    },
  },
  defineField({
    name: "proc.aargs",
    type: "CHARBUF",
    basis: "process",
    summary: "Arguments of all ancestors, or of the one in the argument, separated by spaces",
    argument: { required: false, kind: "index", signed: true },
    extract: (_event, state, argument) => {
      if (typeof argument === "number") {
        const process = ancestorOf(state, argument);
        return process && argsText(process.image);
      }
      const all = ancestors(state);
      return all.length === 0
        ? undefined
        : all.map(({ image }) => argsText(image)).reduce(appendWord, "") || undefined;
    },
  }),
  defineField({
    name: "proc.aenv",
    type: "CHARBUF",
    basis: "process",
    summary:
      "Environment of any ancestor, of the one in the argument, or the nearest value of a variable there",
    candidates: "any",
    argument: { required: false, kind: "either" },
    // Conditions ask the ancestors; what is shown is the environment of the process itself.
    show: (event, state, argument) => ancestorEnv(event, state, argument ?? 0),
    extract: ancestorEnv,
  }),
  defineField({
    name: "proc.loginshellid",
    type: "INT64",
    basis: "process",
    summary: "Process id of the oldest ancestor whose name ends in sh, the process included",
    format: "id",
    extract: (_event, state) => {
      const process = state.process;
      if (process === undefined) return undefined;
      let found = isShell(process) ? process.id : undefined;
      for (const ancestor of ancestors(state)) if (isShell(ancestor)) found = ancestor.id;
      return found;
    },
  }),
];

function parentField(name: string, summary: string, read: Read): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    basis: "process",
    summary,
    extract: (_event, state) => {
      const parent = parentOf(state);
      return parent && read(parent);
    },
  });
}

function parentOf(state: State): Process | undefined {
  return ancestorOf(state, 1);
}

function toldParentOf({ process, processes }: State): Process | undefined {
  return process && processes.parent(process);
}

function ancestorField(
  name: string,
  type: FieldType,
  summary: string,
  read: Read,
): FieldDefinition {
  const extract = (_event: Event, state: State, argument: FieldArgument): FieldValue => {
    if (typeof argument === "number") {
      const process = ancestorOf(state, argument);
      return process && read(process);
    }
    const values: FieldScalar[] = [];
    for (const ancestor of ancestors(state)) {
      const value = read(ancestor);
      if (value !== undefined) values.push(value);
    }
    return values.length === 0 ? undefined : values;
  };
  return defineField({
    name,
    type,
    basis: "process",
    summary,
    candidates: "any",
    argument: { required: false, kind: "index", signed: true },
    extract,
    show: (event, state, argument) => {
      const value = extract(event, state, argument);
      if (!Array.isArray(value)) return value;
      return (value as readonly FieldScalar[]).map(String).reduce(appendWord, "") || undefined;
    },
  });
}

/**
 * 0 is the process itself; nobody is below it. Falco goes up by main threads, and no further than they are
 * known.
 */
function ancestorOf({ process, processes }: State, n: number): Process | undefined {
  if (n < 0 || n > MAX_ANCESTORS) return undefined;
  let found = process;
  for (let step = 0; found !== undefined && !isUnseen(found); step++) {
    if (step === n) return found;
    found = processes.parent(found);
  }
  return undefined;
}

/** The parent first. A loop rather than the table's generator: conditions ask often. */
function ancestors(state: State): readonly Process[] {
  const found: Process[] = [];
  let process = ancestorOf(state, 0);
  while (process !== undefined && found.length < MAX_ANCESTORS) {
    process = state.processes.parent(process);
    if (process !== undefined) found.push(process);
  }
  return found;
}

/** A number names an ancestor (none and 0: the process), a name the nearest ancestor's variable. */
function ancestorEnv(_event: Event, state: State, argument: FieldArgument): FieldValue {
  if (isUnknown(state)) return "";
  if (argument === undefined) {
    const all = ancestors(state);
    return all.length === 0 ? undefined : all.map(({ image }) => envText(image));
  }
  const { process } = state;
  if (argument === 0) return process && envText(process.image);
  if (process === undefined) return undefined;
  if (isUnseen(process)) return "";
  if (typeof argument === "number") {
    const ancestor = state.processes.ancestor(process, argument);
    return ancestor && envText(ancestor.image);
  }
  for (const { image } of ancestors(state).slice(0, MAX_ENV_ANCESTORS)) {
    const value = envValue(image, argument);
    if (value !== "") return value;
  }
  return "";
}

function isShell(process: Process): boolean {
  return process.comm.endsWith("sh");
}
