/** An alert that no rule raised, to see whether alerts arrive. */
import type { Alert, OutputValue, Priority } from "../../alert/mod.ts";

/** Falcosidekick's name; there, alerts of this rule go to all outputs, whatever priority they want. */
export const TEST_RULE = "Test rule";

export function testAlert(
  { text, priority, hostname }: {
    readonly text: string;
    readonly priority: Priority;
    readonly hostname: string;
  },
): Alert {
  const fields = new Map<string, OutputValue>([
    ["proc.name", "falcod"],
    ["user.name", "falcod"],
  ]);
  return {
    rule: TEST_RULE,
    priority,
    source: "internal",
    tags: ["test", "example"],
    timeNs: BigInt(Date.now()) * 1_000_000n,
    hostname,
    message: text,
    output: text,
    fields,
  };
}
