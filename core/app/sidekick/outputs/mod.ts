/** All outputs of falcosidekick, each with what its keys become in an entry of `sinks:`. */
import type { SidekickOutput } from "../output.ts";
import { AWS } from "./aws.ts";
import { AZURE } from "./azure.ts";
import { CHATS } from "./chats.ts";
import { CLUSTERS } from "./clusters.ts";
import { GCP } from "./gcp.ts";
import { INCIDENTS } from "./incidents.ts";
import { QUEUES } from "./queues.ts";
import { STORES } from "./stores.ts";
import { WEBHOOKS } from "./webhooks.ts";

export const SIDEKICK_OUTPUTS: readonly SidekickOutput[] = [
  ...CHATS,
  ...INCIDENTS,
  ...STORES,
  ...QUEUES,
  ...WEBHOOKS,
  ...AWS,
  ...AZURE,
  ...GCP,
  ...CLUSTERS,
];
