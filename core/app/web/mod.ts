/** What falcod serves of its own, by the names Falco gives it. */
import type { Family } from "../../metrics/mod.ts";
import type { WebServers } from "../../web/mod.ts";
import type { WebSettings } from "../config/webserver.ts";
import { type Health, healthEndpoint } from "./health.ts";
import { metricsEndpoint } from "./metrics.ts";
import { versionsEndpoint } from "./versions.ts";

export interface Served {
  readonly health: () => Health;
  readonly families: () => Promise<readonly Family[]>;
  /** Names of those that the configuration loads. */
  readonly plugins: readonly string[];
}

/** Throws `WebError`, when the addresses cannot be as they are. */
export function mountOwnEndpoints(
  web: WebServers,
  { listen, healthPath, prometheus }: WebSettings,
  { health, families, plugins }: Served,
): void {
  const server = web.at(listen);
  server.mount(healthEndpoint(healthPath, health));
  server.mount(versionsEndpoint(plugins));
  if (prometheus) server.mount(metricsEndpoint(families));
}
