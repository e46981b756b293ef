/** Services of Azure. */
import { output, same, type SidekickOutput } from "../output.ts";

export const AZURE: readonly SidekickOutput[] = [
  output({
    section: "azure.eventhub",
    sink: "azureeventhub",
    enabledBy: ["name"],
    keys: { name: same("event_hub"), namespace: same("namespace") },
    // As falcosidekick, which asks the machine where nothing else is known.
    always: { instance_metadata: "true" },
  }),
];
