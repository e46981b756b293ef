/** Metrics for Prometheus to fetch. */
import { exposition, EXPOSITION_TYPE, type Family } from "../../metrics/mod.ts";
import type { Endpoint } from "../../web/mod.ts";
import { readOnly } from "./read_only.ts";

export function metricsEndpoint(families: () => Promise<readonly Family[]>): Endpoint {
  let last: { readonly of: readonly Family[]; readonly text: string } | undefined;
  return readOnly("/metrics", async () => {
    const of = await families();
    if (last?.of !== of) last = { of, text: exposition(of) };
    return new Response(last.text, { headers: { "content-type": EXPOSITION_TYPE } });
  });
}
