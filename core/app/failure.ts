/** The last words of a run that failed. */
import { reasonOf } from "../base/reason.ts";
import type { Host } from "./host.ts";
import { printLines } from "./print_lines.ts";

/**
 * A failing world (an error class with a `code`: file, kernel, network) is told with what to do about
 * it; anything else is our own bug and is told as one. Neither shows a stack trace unless
 * FALCOD_DEBUG=1.
 */
export function explainFailure(error: unknown, host: Host): void {
  printLines(isWorldFailure(error) ? worldFailure(error) : bug(error), host.error);
  if (host.environment("FALCOD_DEBUG") === "1") {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      host.error.write(`${cause.stack}\n`);
    }
  }
}

type WorldFailure = Error & {
  readonly code: string;
  /** One line, where `message` is more than that. */
  readonly title?: string;
  readonly help?: string;
  /** What another program said about it (the kernel's verifier). */
  readonly log?: string;
};

/** Thrown as a class with `code`; `ERR_…` are JavaScript's own complaints about our code. */
export function isWorldFailure(error: unknown): error is WorldFailure {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    !error.code.startsWith("ERR_");
}

function worldFailure(error: WorldFailure): string[] {
  const lines = [`falcod: ${error.title ?? error.message}`];
  const cause = error.cause instanceof Error ? reasonOf(error.cause) : undefined;
  if (cause && !error.message.includes(cause)) lines.push(`  because: ${cause}`);
  if (error.log) lines.push(...indented(error.log));
  if (error.help) lines.push(...indented(error.help));
  return lines;
}

const MAX_LINES = 60;

function indented(text: string): string[] {
  return text.trimEnd().split("\n").slice(0, MAX_LINES).map((line) => `  ${line}`);
}

function bug(error: unknown): string[] {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [
    `falcod: this is a bug: ${what}`,
    "  please report it with the output of the same command under FALCOD_DEBUG=1",
  ];
}
