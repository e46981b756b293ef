/** `type: policyreport` */
import * as z from "zod";
import { httpKeysAsIs, kubeName, setting } from "../../../core/mod.ts";

const { flag, text, whole } = setting;

export const schema = z.strictObject({
  kubeconfig: text().describe(
    "File that says where the API server is, outside of pods; empty: as KUBECONFIG says, or ~/.kube/config",
  ),
  falco_namespace: z.union([z.literal(""), kubeName()]).prefault("").describe(
    "Namespace of reports whose own one is gone; empty: that of falcod's pod or of the kubeconfig, else default",
  ),
  max_events: whole({ min: 1, max: 100_000, standard: 1000 }).describe(
    "How many alerts a report keeps; the oldest make room",
  ),
  prune_by_priority: flag(false).describe("The least severe make room first, oldest of them first"),
  ...httpKeysAsIs,
});

export type PolicyReportConfig = z.output<typeof schema>;
