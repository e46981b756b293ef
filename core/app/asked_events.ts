/** Which events of system calls leave the kernel: for the log at level debug, as in Falco. */
import { needsOf } from "../engine/mod.ts";
import { eventCodesOfCall, namesOfType } from "../event/mod.ts";
import type { Ruleset } from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";

/** A line each for what rules ask for, and for what of that `base_syscalls` leaves out. */
export function askedEventLines(ruleset: Ruleset, { base_syscalls, engine }: Config): string[] {
  const asked = needsOf(ruleset, "syscall", { isRecorded: engine.kind === "replay" }).eventTypes;
  const excluded = new Set(
    base_syscalls.custom_set.filter((entry) => entry.startsWith("!"))
      .flatMap((entry) => eventCodesOfCall(entry.slice(1))),
  );
  const left = callsOf(asked.intersection(excluded));
  return [
    `events that rules ask for ${listed(callsOf(asked.difference(excluded)))}`,
    ...left.length > 0 ? [`events that base_syscalls leaves out ${listed(left)}`] : [],
  ];
}

/** Newer calls are asked for apart from those whose events they are. */
function callsOf(types: ReadonlySet<number>): readonly string[] {
  return [...new Set([...types].flatMap((type) => namesOfType(type).slice(-1)))].sort();
}

function listed(names: readonly string[]): string {
  return `(${names.length})${names.length > 0 ? `: ${names.join(", ")}` : ""}`;
}
