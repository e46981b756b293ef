/** Outputs of falcosidekick that falcod has no sink for, with what switches them on. */
import { missing, type SidekickOutput } from "../output.ts";

export const MISSING: readonly SidekickOutput[] = [
  {
    ...missing("stan", "hostport", "clusterid", "clientid"),
    instead:
      "NATS Streaming has ended in 2023: take it out, and have a server with JetStream get " +
      "alerts by a sink of the type nats with jetstream: true, under sinks",
  },
];
