/** What is said of a recording at its end. */
import { isStandardOutput } from "../../scap/mod.ts";
import { counted } from "../count.ts";
import type { Losses } from "./loss_history.ts";

export interface Recorded {
  readonly path: string;
  readonly eventCount: number;
  readonly lostEvents: number;
  readonly isFull: boolean;
  /** Captures that followed each other; the path is that of the last. */
  readonly captures?: number;
}

export function captureName(path: string): string {
  return isStandardOutput(path) ? "standard output" : path;
}

export function resultLines(
  { path, eventCount, lostEvents, isFull, captures = 1 }: Recorded,
  { lost, scopeProcessId }: {
    readonly lost: Losses;
    readonly scopeProcessId: number | undefined;
  },
): readonly string[] {
  return [
    `falcod: recorded ${counted(eventCount, "event")} into ${
      captures === 1 ? captureName(path) : `${captures} captures, the last one ${path}`
    }`,
    ...eventCount === 0 && scopeProcessId !== undefined
      ? [
        `  process ${scopeProcessId} and what it starts did nothing: a shell that waits for falcod ` +
        "does nothing else; put & behind the command, or name another process",
      ]
      : [],
    ...isFull ? ["  ended at the size limit; what came after it is not counted"] : [],
    ...[...lost].map(([name, count]) => `  ${name}: ${count}`),
    ...lostEvents > 0 ? [`  events lost on their way to the file: ${lostEvents}`] : [],
  ];
}

/** Of one that could not be written on, why is told elsewhere; the last write may have left more. A pipe has nobody left who would replay it. */
export function brokenLines(
  { path, writtenEvents }: { readonly path: string; readonly writtenEvents: number },
): readonly string[] {
  if (isStandardOutput(path) || writtenEvents === 0) return [];
  const events = counted(writtenEvents, "event");
  return [
    `falcod: recorded at least ${events} into ${
      captureName(path)
    } before it could not be written on; ` +
    "falcod replay plays what is there",
  ];
}
