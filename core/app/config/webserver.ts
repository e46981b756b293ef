/** `webserver:` in falco.yaml: what falcod serves of its own, and where. */
import type { Listen } from "../../web/mod.ts";
import type { Config } from "./schema.ts";

export interface WebSettings {
  readonly listen: Listen;
  readonly healthPath: string;
  /** `/metrics`. */
  readonly prometheus: boolean;
}

/** Absent when it is switched off. */
export function webSettings({ webserver, metrics }: Config): WebSettings | undefined {
  if (!webserver.enabled) return undefined;
  return {
    listen: listenOf(webserver),
    healthPath: webserver.k8s_healthz_endpoint,
    prometheus: metrics.enabled && webserver.prometheus_metrics_enabled,
  };
}

function listenOf(
  { listen_address: hostname, listen_port: port, ...webserver }: Config["webserver"],
): Listen {
  if (!webserver.ssl_enabled) return { hostname, port };
  // One file with both.
  const { ssl_certificate: path } = webserver;
  return { hostname, port, tls: { certificatePath: path, keyPath: path } };
}
