/**
 * `base_syscalls:` of falco.yaml, as far as there is something to it here. Falco follows processes by
 * watching system calls, and lets one choose which; falcod has that from the kernel in any case, and of
 * system calls only what rules ask for leaves the kernel. So names that are left out are, and names
 * that are added, `repair` and `all` find everything done.
 */
import { didYouMean, type Report } from "../../base/mod.ts";
import { eventNames, syscallByName, syscalls } from "../../event/mod.ts";
import type { LoadedConfig } from "./load.ts";
import { nodeAt } from "./tree.ts";

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
      help: didYouMean(name, syscalls().map((call) => call.name)) ?? "it is ignored",
    });
  });
  return excluded;
}

function isKnown(name: string): boolean {
  return syscallByName(name) !== undefined || eventNames().includes(name);
}
