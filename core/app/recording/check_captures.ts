/** What would keep rules from their captures, told before the first alert. */
import type { Report } from "../../base/mod.ts";
import type { Rule } from "../../rule/mod.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { type MappingNode, nodeAt, placeOf } from "../config/tree.ts";
import { folderTrouble } from "../files.ts";

const PREFIX = ["capture", "path_prefix"];
/** linux include/uapi/linux/limits.h NAME_MAX, without what follows the prefix: `_…_….scap`. */
const LONGEST_PREFIX_NAME = 255 - 2 * 21 - ".scap".length;

/** `C032` where no file can be made by the configured prefix. */
export function checkCapturePlace({ config, root }: LoadedConfig, report: Report): void {
  const { capture: { enabled, path_prefix }, engine } = config;
  if (!enabled || engine.kind === "replay") return;
  const problem = problemOf(path_prefix);
  if (problem === undefined) return;
  const at = nodeAt(root, PREFIX)?.at ?? placeOf(root, ["capture", "enabled"]);
  report.add({
    code: "C032",
    severity: "warning",
    title: `captures of rules cannot be written: ${problem}`,
    at,
    help: '"capture.path_prefix" is a folder that is there, and how names of files begin',
  });
}

function problemOf(prefix: string): string | undefined {
  const slash = prefix.lastIndexOf("/");
  if (new TextEncoder().encode(prefix.slice(slash + 1)).length > LONGEST_PREFIX_NAME) {
    return "the names of the files would be too long";
  }
  return folderTrouble(slash < 0 ? "." : prefix.slice(0, slash) || "/");
}

/** `C031` for rules that want captures where the configuration has them switched off. */
export function warnOfCapturesOff(
  rules: readonly Rule[],
  { config, root }: {
    readonly config: Config;
    /** Absent: nobody configured anything. */
    readonly root: MappingNode | undefined;
  },
  report: Report,
): void {
  // Rules alone may be meant for any configuration.
  if (config.capture.enabled || !root) return;
  for (const { name, enabled, capture, at } of rules) {
    if (!enabled || !capture) continue;
    const because = '"capture.enabled" is not on: there will be none';
    report.add({
      code: "C031",
      severity: "warning",
      title: `rule "${name}" wants a capture, and ${because}`,
      at,
      help: "write capture: {enabled: true} in falco.yaml, or capture: false in the rule",
      group: { key: "C031", title: (count) => `${count} rules want captures, and ${because}` },
    });
  }
}
