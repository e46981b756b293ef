/** Opening a file that somebody else may have put there: never waits, neither here nor when it is read. */
import { closeSync, constants, openSync, readSync } from "node:fs";

export interface OpenFile extends Disposable {
  /** How much was read; 0 or nothing at the end. */
  readSync(buffer: Uint8Array): number | null;
}

/** To read from it would mean to wait until somebody writes. */
export class WouldWait extends Error {}

/**
 * A named pipe that nobody writes is empty; `/proc/kmsg`, which takes itself for a file, is read as
 * far as it goes and then throws `WouldWait`. Other errors are those of `Deno.openSync`.
 */
export function openUnblocked(path: string): OpenFile {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const descriptor = translated(() => openSync(path, flags));
  return {
    readSync: (buffer) => translated(() => readSync(descriptor, buffer)),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function translated<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const kind = ERRORS.find(([name]) => name === code)?.[1];
    throw kind ? new kind(undefined, { cause: error }) : error;
  }
}

const ERRORS:
  readonly (readonly [string, new (message?: string, options?: ErrorOptions) => Error])[] = [
    ["EAGAIN", WouldWait],
    ["ENOENT", Deno.errors.NotFound],
    ["EACCES", Deno.errors.PermissionDenied],
    ["EPERM", Deno.errors.PermissionDenied],
    ["EISDIR", Deno.errors.IsADirectory],
    ["ENOTDIR", Deno.errors.NotADirectory],
  ];
