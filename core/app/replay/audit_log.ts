/** Files of audit events, played by the source that also reads them live. */
import type { Registry, SourceContext, SourceCounters } from "../../plugin/mod.ts";
import { K8S_AUDIT } from "../config/k8s_audit.ts";
import type { Wired } from "../config/settings.ts";
import { createAll } from "../create_plugins.ts";

/** The source that plays a file, or all files of a directory, once. */
export function auditLogSource(path: string): Wired {
  const config = { inputs: [{ kind: "path", path }], isRecorded: true };
  return { kind: "source", name: K8S_AUDIT, config };
}

/** Whether there was something in a log that is no event, or none that can be judged. */
export function isPartlyWrong(counters: SourceCounters): boolean {
  return Object.entries(counters).some(([name, count]) => name.startsWith("drops.") && count > 0);
}

/** Every event of a file, in order; rejects where it cannot be read. False: something in it is wrong. */
export async function playAuditLog(
  path: string,
  registry: Registry,
  context: Pick<SourceContext, "deliver" | "signal" | "log" | "settle">,
): Promise<boolean> {
  const nothing = () => {};
  let isRight = true;
  for (const source of await createAll("source", [auditLogSource(path)], { registry })) {
    await source.run({ eventTypes: new Set(), fields: new Set() }, {
      ...context,
      change: nothing,
      seed: nothing,
      account: nothing,
      container: nothing,
      ready: nothing,
    });
    isRight &&= !isPartlyWrong(source.counters());
  }
  return isRight;
}
