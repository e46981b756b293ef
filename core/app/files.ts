/** Reading what a person named on the command line or in falco.yaml. */
import { accessSync, constants } from "node:fs";
import { openUnblocked, WouldWait } from "../../ffi/mod.ts";
import {
  decodeText,
  isPackedFile,
  packedFilesIn,
  readAtMost,
  readPackedFile,
  type Report,
  type SourceText,
  type Span,
} from "../base/mod.ts";

/** More than any reader of ours accepts, so that they say "too large" with their own limit. */
const MAX_BYTES = 64 << 20;

/**
 * Reads a text file. What goes wrong is reported: at `at` (where the file is named) when it cannot be
 * read, in the file itself when it holds no text.
 */
export function readText(
  path: string,
  report: Report,
  at?: Span,
): SourceText | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readPackedFile(path) ?? readBounded(path);
  } catch (error) {
    report.add({
      code: "C001",
      title: `cannot read "${path}": ${reasonOf(error)}`,
      at,
      help: helpFor(error),
    });
    return undefined;
  }
  return decodeText(path, bytes, report);
}

/** Reads at most the limit; a pipe of the shell (`<(…)`) is fine, a device is none of ours to read. */
function readBounded(path: string): Uint8Array {
  const isInherited = INHERITED.test(path);
  if (!isInherited) refuseWhatWaits(path);
  // What has become a named pipe since then, or says that it is a file and is none, does not stop us either.
  using file = isInherited ? Deno.openSync(path, { read: true }) : openUnblocked(path);
  const bytes = readAtMost(file, MAX_BYTES);
  if (!bytes) throw new TooLarge();
  return bytes;
}

/** What `-` stands for where a file is wanted. */
export const STANDARD_INPUT = "/dev/stdin";

/** Opened by whoever started falcod: it is theirs to say what is in it, and when it ends. */
const INHERITED = /^\/dev\/(?:stdin|null|fd\/\d+)$|^\/proc\/self\/fd\/\d+$/;

/** To read a named pipe or a device may mean to wait forever, and nothing could be told meanwhile. */
function refuseWhatWaits(path: string): void {
  const { isFifo, isCharDevice, isBlockDevice, isSocket } = Deno.statSync(path);
  if (isFifo) throw new NoFile("a named pipe");
  if (isSocket) throw new NoFile("a socket");
  if (isBlockDevice) throw new NoFile("a device");
  // a link to /dev/null is the usual way to leave a file out
  if (isCharDevice && Deno.realPathSync(path) !== "/dev/null") throw new NoFile("a device");
}

class TooLarge extends Error {}

class NoFile extends Error {
  constructor(kind: string) {
    super(`it is ${kind}`);
  }
}

/** Why a file operation failed, in words; without the path, which the caller names. */
export function reasonOf(error: unknown): string {
  if (error instanceof WouldWait) return "it is a stream that others write, and has no end";
  if (error instanceof TooLarge) return `it has more than ${MAX_BYTES >> 20} MiB`;
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.NotADirectory) return "a part of the path is no directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

function helpFor(error: unknown): string | undefined {
  if (error instanceof Deno.errors.IsADirectory) return "name the files in it";
  if (error instanceof Deno.errors.PermissionDenied) return "run as root, or make it readable";
  if (error instanceof NoFile || error instanceof WouldWait) return "name a file";
  if (error instanceof TooLarge) return "is this the right file? Rules have some hundred KiB";
  if (error instanceof Deno.errors.NotFound) return "is the name right?";
  return undefined;
}

export type PathKind = "file" | "directory" | "missing";

/** What a path leads to, through symbolic links; unreadable counts as a file, reading says why. */
export function kindOf(path: string): PathKind {
  if (isPackedFile(path)) return "file";
  if (packedFilesIn(path)) return "directory";
  try {
    return Deno.statSync(path).isDirectory ? "directory" : "file";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "missing" : "file";
  }
}

/** What a directory is read for. */
export type FolderUse = "rules" | "configuration";

/** As upstream: of the configuration whatever is there, of rules only what has a name of YAML files. */
export function isReadIn(use: FolderUse, name: string): boolean {
  return use === "configuration" || /\.ya?ml$/.test(name);
}

/** The files of a directory that are read, as full paths, sorted as upstream does: by their bytes. */
export function filesIn(
  directory: string,
  { use, report, at }: {
    readonly use: FolderUse;
    readonly report: Report;
    /** Where the directory is named. */
    readonly at: Span | undefined;
  },
): readonly string[] {
  const packed = packedFilesIn(directory)?.filter((path) => isReadIn(use, path));
  if (packed) return packed.sort(byBytes);
  const paths: string[] = [];
  try {
    for (const entry of Deno.readDirSync(directory)) {
      if (!isReadIn(use, entry.name)) continue;
      const path = `${directory.replace(/\/+$/, "")}/${entry.name}`;
      if (entry.isFile || (entry.isSymlink && isFile(path))) paths.push(path);
    }
  } catch (error) {
    report.add({
      code: "C001",
      title: `cannot read directory "${directory}": ${reasonOf(error)}`,
      at,
    });
  }
  return paths.sort(byBytes);
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Why no file can be made in a folder, where that is known before. */
export function folderTrouble(folder: string): string | undefined {
  try {
    if (!Deno.statSync(folder).isDirectory) return `"${folder}" is no folder`;
    // Others may ask what root, who is to run with it, can do.
    if (Deno.uid() === 0) accessSync(folder, constants.W_OK);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no folder "${folder}"`;
    return `folder "${folder}": ${reasonOf(error)}`;
  }
  return undefined;
}
