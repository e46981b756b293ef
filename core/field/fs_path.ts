/**
 * fs.path.…: the paths a successful system call worked on, whether or not it has a descriptor.
 *
 * Which parameter is which path follows libs userspace/libsinsp/sinsp_filtercheck_fspath.cpp: of a
 * link, the source is the new name and the target what it leads to; of a rename and a mount, the
 * source is where it was.
 */
import { joinPath } from "../base/path.ts";
import { type Event, eventType, type NamedPath, type ParamValue } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { descriptorName } from "./_descriptor.ts";
import { paramIndex } from "./_event.ts";
import { pathInView } from "./_path.ts";
import { withSlash } from "./_process.ts";
import { defineField, type FieldDefinition } from "./field.ts";

/** Which of its paths a call means; `fs.path.…` has a field for each. */
export type PathRole = "name" | "source" | "target";

/** The descriptor's own path, where the call names its file by a descriptor. */
const DESCRIPTOR = "descriptor";

/** Names of the parameters with the paths of a call. */
const PATHS: Readonly<Record<string, Readonly<Partial<Record<PathRole, string>>>>> = {
  mkdir: { name: "path" },
  mkdirat: { name: "path" },
  rmdir: { name: "path" },
  unlink: { name: "path" },
  unlinkat: { name: "name" },
  open: { name: "name" },
  openat: { name: "name" },
  openat2: { name: "name" },
  chmod: { name: "filename" },
  fchmodat: { name: "filename" },
  fchmod: { name: DESCRIPTOR },
  chown: { name: "path" },
  lchown: { name: "path" },
  fchownat: { name: "pathname" },
  fchown: { name: DESCRIPTOR },
  quotactl: { name: "special" },
  umount: { name: "name" },
  umount2: { name: "name" },
  rename: { source: "oldpath", target: "newpath" },
  renameat: { source: "oldpath", target: "newpath" },
  renameat2: { source: "oldpath", target: "newpath" },
  link: { source: "newpath", target: "oldpath" },
  linkat: { source: "newpath", target: "oldpath" },
  symlink: { source: "linkpath", target: "target" },
  symlinkat: { source: "linkpath", target: "target" },
  mount: { source: "dev", target: "dir" },
};

export const fsPathFields: readonly FieldDefinition[] = [
  defineField({
    name: "fs.path.name",
    type: "CHARBUF",
    basis: "names",
    summary: "Absolute path the call worked on, free of . and .. parts",
    extract: (event, state) => fullPath(event, state, "name"),
  }),
  defineField({
    name: "fs.path.nameraw",
    type: "CHARBUF",
    basis: "names",
    summary: "Path the call worked on, as the program passed it",
    extract: (event, state) =>
      layoutOf(event.type).name === OF_DESCRIPTOR
        ? fullPath(event, state, "name")
        : asPassed(pathOf(event, "name")),
  }),
  defineField({
    name: "fs.path.source",
    type: "CHARBUF",
    basis: "names",
    summary: "What was renamed or mounted; of a link, its new name",
    extract: (event, state) => fullPath(event, state, "source"),
  }),
  defineField({
    name: "fs.path.sourceraw",
    type: "CHARBUF",
    basis: "names",
    summary: "fs.path.source as the program passed it",
    extract: (event) => asPassed(pathOf(event, "source")),
  }),
  defineField({
    name: "fs.path.target",
    type: "CHARBUF",
    basis: "names",
    summary: "The new name, or where it was mounted; of a link, what it leads to",
    extract: (event, state) => fullPath(event, state, "target"),
  }),
  defineField({
    name: "fs.path.targetraw",
    type: "CHARBUF",
    basis: "names",
    summary: "fs.path.target as the program passed it",
    extract: (event) => asPassed(pathOf(event, "target")),
  }),
];

/** Which path the parameter of that name is; absent for parameters that are none. */
export function pathRoleOf(code: number, parameter: string): PathRole | undefined {
  const layout = layoutOf(code);
  const index = paramIndex(code, parameter);
  const roles = ["name", "source", "target"] as const;
  return index < 0 ? undefined : roles.find((role) => layout[role] === index);
}

/** The paths of one event type, as indexes of parameters. */
interface Layout {
  /** -1: there is none. -2: it is the descriptor's. */
  readonly name: number;
  readonly source: number;
  readonly target: number;
  readonly opens: boolean;
}

const NONE = -1;
const OF_DESCRIPTOR = -2;
const NO_PATHS: Layout = { name: NONE, source: NONE, target: NONE, opens: false };
const layouts: Layout[] = [];

function layoutOf(code: number): Layout {
  return layouts[code] ??= findLayout(code);
}

function findLayout(code: number): Layout {
  const type = eventType(code);
  if (type === undefined || !Object.hasOwn(PATHS, type.name)) return NO_PATHS;
  const names = PATHS[type.name]!;
  const index = (name: string | undefined) =>
    name === undefined ? NONE : name === DESCRIPTOR ? OF_DESCRIPTOR : paramIndex(code, name);
  return {
    name: index(names.name),
    source: index(names.source),
    target: index(names.target),
    opens: type.name.startsWith("open"),
  };
}

/** Whether successful calls of a type have such a path. */
export function hasPath(code: number, role: PathRole): boolean {
  return layoutOf(code)[role] !== NONE;
}

function pathOf(event: Event, role: PathRole): ParamValue {
  const layout = layoutOf(event.type);
  const index = layout[role];
  if (index < 0 || !succeeded(event, layout.opens)) return undefined;
  return event.param(index);
}

/**
 * Upstream takes a call that opens for failed only when it returned -1 (EPERM), so a path that was
 * not there has a name as well. Rules about attempts rely on it.
 */
function succeeded(event: Event, opens: boolean): boolean {
  if (event.result === undefined) return false;
  return opens ? event.result !== -1 : event.result === 0;
}

function fullPath(event: Event, state: State, role: PathRole): string | undefined {
  const { [role]: index, opens } = layoutOf(event.type);
  if (index === OF_DESCRIPTOR) {
    // It has a name, be it of a socket or empty, and nobody passed one.
    const { descriptor } = state;
    return succeeded(event, opens) && descriptor ? descriptorName(descriptor, state) : undefined;
  }
  const path = pathOf(event, role);
  if (isTextParam(event, role)) {
    if (isPath(path) && state.view === "resolved" && path.resolved !== undefined) {
      return path.resolved;
    }
    return fromWorkingDirectory(asPassed(path), state);
  }
  if (path === NOT_READ) return withDirectory(event, state, layoutOf(event.type)[role]);
  if (typeof path === "string") return path;
  return isPath(path) ? pathInView(path, state) : undefined;
}

/** In place of a path that could not be read where the event was made. */
const NOT_READ = "<NA>";
const UNKNOWN_DIRECTORY = "<UNKNOWN>";
const AT_FDCWD = -100;

/** Such a path is joined as if it were one, as Falco does: rules may ask for the directory at least. */
function withDirectory(event: Event, state: State, index: number): string {
  const { name, params } = eventType(event.type)!;
  const directory = params[index]?.directory;
  // Falco takes the working directory for these.
  if (directory === undefined || name === "renameat" || name === "linkat") {
    return joinPath(withSlash(state.process?.cwd ?? ""), NOT_READ);
  }
  const number = event.param(directory);
  if (number === AT_FDCWD) return joinPath(withSlash(state.process?.cwd ?? ""), NOT_READ);
  const own = state.descriptor;
  const descriptor = own?.number === number ? own : state.otherDescriptor(Number(number));
  const isDirectory = descriptor?.typeChar === "d" && descriptor.path !== undefined;
  return isDirectory
    ? joinPath(withSlash(pathInView(descriptor.path, state)), NOT_READ)
    : `${UNKNOWN_DIRECTORY}${NOT_READ}`;
}

/** Where a symbolic link leads and what is mounted are texts; upstream joins them all the same. */
function isTextParam(event: Event, role: PathRole): boolean {
  const index = layoutOf(event.type)[role];
  return index >= 0 && eventType(event.type)?.params[index]?.type === "CHARBUF";
}

function fromWorkingDirectory(text: string | undefined, state: State): string | undefined {
  if (text === undefined) return undefined;
  const cwd = state.process?.cwd;
  return cwd === undefined && !text.startsWith("/") ? text : joinPath(withSlash(cwd ?? ""), text);
}

function asPassed(path: ParamValue): string | undefined {
  if (typeof path === "string") return path;
  return isPath(path) ? path.raw : undefined;
}

function isPath(value: ParamValue): value is NamedPath {
  return typeof value === "object" && "given" in value;
}
