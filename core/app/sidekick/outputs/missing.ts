/** Outputs of falcosidekick that falcod has no sink for, with what switches them on. */
import { missing, type SidekickOutput } from "../output.ts";

export const MISSING: readonly SidekickOutput[] = [
  missing("aws.securitylake", "bucket", "region", "prefix", "accountid"),
  missing("spyderbat", "orguid"),
  missing("stan", "hostport", "clusterid", "clientid"),
  missing("wavefront", "endpointtype"),
];
