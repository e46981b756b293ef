/** Where calls lead, as whoever reads a capture finds it out. */
import { joinPath } from "../base/mod.ts";
import {
  bareDescriptor,
  type Event,
  eventType,
  type FileDescriptor,
  type NamedPath,
  type ParamValue,
} from "../event/mod.ts";
import type { ToldProcess } from "./_told.ts";

/** It changes where its process is, and whoever reads it knows. */
export function movesProcess({ type, result = -1 }: Event): boolean {
  return result >= 0 && MOVING.has(eventType(type)?.name ?? "");
}

const MOVING: ReadonlySet<string> = new Set(["chdir", "fchdir"]);

/**
 * Where whoever reads of it believes the process to be. Falco believes that a thread other than the
 * first starts from nowhere: "" then, which nothing is the same as.
 */
export function reachedBy(event: Event, { cwd, descriptors }: ToldProcess): string {
  const path = event.param(1);
  if (event.threadId !== event.processId && typeof path === "string" && !path.startsWith("/")) {
    return "";
  }
  const reached = typeof path === "number" ? descriptors.get(path)?.path ?? cwd : path;
  const joined = joinPath(withSlash(cwd), typeof reached === "string" ? reached : "");
  return joined.length > 1 && joined.endsWith("/") ? joined.slice(0, -1) : joined;
}

function withSlash(directory: string): string {
  return directory.endsWith("/") ? directory : `${directory}/`;
}

export function isPath(value: ParamValue): value is NamedPath {
  return typeof value === "object" && !Array.isArray(value) && "raw" in value;
}

export function isRelative({ raw }: NamedPath): boolean {
  return raw !== "" && !raw.startsWith("/");
}

export function leadsTo(directory: string, { raw, given }: NamedPath): boolean {
  return directory !== "" && joinPath(withSlash(directory), raw) === given;
}

export function directoryAt(number: number, path: string): FileDescriptor {
  return bareDescriptor(number, "d", { raw: path, given: path, resolved: undefined });
}
