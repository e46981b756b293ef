/**
 * `base_syscalls:` of falco.yaml, as far as there is something to it here. Falco follows processes by
 * watching system calls, and lets one choose which; falcod has that from the kernel in any case, and of
 * system calls only what rules ask for leaves the kernel. So names that are left out are, and names
 * that are added, `repair` and `all` find everything done.
 */
import { didYouMean, type Report } from "../../base/mod.ts";
import { eventCodesOfCall, eventNames, syscallByName, syscalls } from "../../event/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import type { LoadedConfig } from "./load.ts";
import { nodeAt, placeOf } from "./tree.ts";

const LEFT_OUT = "!";

/** Names of the system calls that no rule is to see. */
export function excludedSyscalls({ config, root }: LoadedConfig, report: Report): string[] {
  const excluded: string[] = [];
  config.base_syscalls.custom_set.forEach((entry, index) => {
    const name = entry.startsWith(LEFT_OUT) ? entry.slice(1) : entry;
    if (isKnown(name)) {
      if (name !== entry) excluded.push(name);
      return;
    }
    const node = nodeAt(root, ["base_syscalls", "custom_set", index]) ??
      nodeAt(root, ["base_syscalls", "custom_set"]);
    report.add({
      code: "C026",
      severity: "warning",
      title: `"base_syscalls.custom_set" names "${name}", which is no system call`,
      at: node?.kind === "scalar" ? node.at : undefined,
      help: name.includes(",")
        ? `write a list: [${name}]`
        : didYouMean(name, syscalls().map((call) => call.name)) ?? "it is ignored",
    });
  });
  return excluded;
}

/** `C064` for rules of which every event is left out. */
export function checkBlindedRules(
  { config, root }: Pick<LoadedConfig, "config" | "root">,
  ruleset: Ruleset,
  report: Report,
): void {
  const entries = config.base_syscalls.custom_set;
  const names = entries.filter((entry) => entry.startsWith(LEFT_OUT)).map((name) => name.slice(1));
  const excluded = new Set(names.flatMap((name) => eventCodesOfCall(name)));
  const blinded = ruleset.rules
    .filter(({ enabled, source }) => enabled && source === "syscall")
    .filter(({ eventTypes }) => eventTypes.size > 0 && eventTypes.isSubsetOf(excluded));
  const [first] = blinded;
  if (!first) return;
  const others = blinded.length - 1;
  const path = ["base_syscalls", "custom_set"];
  const index = entries.findIndex((entry) => entry.startsWith(LEFT_OUT));
  report.add({
    code: "C064",
    severity: "warning",
    title: `"base_syscalls.custom_set" leaves out all that rule "${first.name}" ` +
      `${others > 0 ? `and ${others} more look` : "looks"} at: no alerts`,
    at: nodeAt(root, [...path, index])?.at ?? placeOf(root, path),
    help: "keep the system calls, or disable the rule",
  });
}

function isKnown(name: string): boolean {
  return syscallByName(name) !== undefined || eventNames().includes(name);
}
