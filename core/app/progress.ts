/** How far long work is, for somebody who looks on. Nothing of it remains, and nothing goes into files. */
import { escapeUnprintable } from "../alert/escape.ts";
import type { Output } from "./host.ts";

export interface Progress {
  /** What is to be said now, as `1,200,000 events`; to be called as often as one likes. */
  tell(text: string): void;
  /** Takes the line away. */
  end(): void;
}

/** Work that is done sooner needs no line. */
const QUIET_MS = 500;
const EVERY_MS = 200;
const MAX_LENGTH = 78;
/** ECMA-48 EL: the rest of the line is empty. */
const CLEAR = "\x1b[K";
const SILENT: Progress = { tell() {}, end() {} };

/**
 * A line on a terminal that is written again and again: `what: text`. The cursor waits at its beginning,
 * so that whatever else is printed takes its place. `nowMs` is for tests.
 */
export function showProgress(
  what: string,
  output: Output,
  nowMs: () => number = () => performance.now(),
): Progress {
  if (!output.isTerminal) return SILENT;
  let next = nowMs() + QUIET_MS;
  let isShown = false;
  return {
    tell(text) {
      const now = nowMs();
      if (now < next) return;
      next = now + EVERY_MS;
      isShown = true;
      output.write(`${escapeUnprintable(`${what}: ${text}`).slice(0, MAX_LENGTH)}${CLEAR}\r`);
    },
    end() {
      if (isShown) output.write(CLEAR);
      isShown = false;
    },
  };
}

/** `34 % of 12.5 MB`; without a size only how much there is. */
export function bytesText(done: number, total: number | undefined): string {
  if (!total) return megabytes(done);
  return `${Math.min(100, Math.floor(done / total * 100))} % of ${megabytes(total)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
