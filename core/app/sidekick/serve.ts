/** `falcod sidekick`: takes alerts until told to stop. */
import { every } from "../../base/mod.ts";
import type { LaneCounters } from "../../delivery/mod.ts";
import type { Logger, Registry } from "../../plugin/mod.ts";
import { exposition, EXPOSITION_TYPE, forwarderFamilies } from "../../metrics/mod.ts";
import type { Endpoint, WebServer } from "../../web/mod.ts";
import { WebServers } from "../../web/mod.ts";
import { type ListenKeys, namingKeys } from "../cannot_listen.ts";
import { healthEndpoint } from "../web/health.ts";
import { readOnly } from "../web/read_only.ts";
import { Forwarder } from "./forwarder.ts";
import { Intake } from "./intake.ts";
import type { SidekickSettings } from "./settings.ts";

export interface ServeRequest {
  readonly settings: SidekickSettings;
  readonly registry: Registry;
  readonly log: Logger;
  readonly hostname: string;
  /** Aborts when it shall end. */
  readonly signal: AbortSignal;
  /** Where it listens, once it does. */
  readonly onReady: (servers: readonly WebServer[], outputs: readonly string[]) => void;
  /** Whether outputs are to be opened again, asked several times a second. */
  readonly isReopenAsked: () => boolean;
  /** Brings other settings as long as it lasts. */
  readonly onChange: (use: (settings: SidekickSettings) => Promise<void>) => { release(): void };
}

export interface ServeSummary {
  readonly accepted: number;
  readonly rejected: number;
  readonly lanes: readonly LaneCounters[];
}

const REOPEN_MS = 250;

/** Rejects with `WebError` where an address cannot be listened on. */
export async function serveSidekick(request: ServeRequest): Promise<ServeSummary> {
  const { settings, registry, log, hostname, signal } = request;
  const forwarder = await Forwarder.open(settings, { registry, log, hostname });
  const { delivery } = forwarder;
  const web = new WebServers({ log });
  const changes = request.onChange((changed) => {
    if (JSON.stringify(addresses(changed)) !== JSON.stringify(addresses(settings))) {
      log.warning("other addresses and certificates take effect with the next start only");
    }
    return forwarder.change(changed);
  });
  const reopening = every(REOPEN_MS, () => {
    if (!request.isReopenAsked()) return;
    log.info("SIGUSR1: outputs are opened again");
    delivery.reopen();
  });
  try {
    const endpoints = endpointsOf(forwarder, { web, log, signal });
    for (const endpoint of endpoints) web.at(settings.listen).mount(endpoint);
    mountPlain(web, endpoints, request);
    await web.start().catch((error) => {
      throw namingKeys(error, listenKeys(settings));
    });
    request.onReady(web.servers, delivery.counters().map(({ name }) => name));
    await aborted(signal);
  } finally {
    reopening[Symbol.dispose]();
    changes.release();
    // What was accepted goes out below.
    await web.shutdown();
    await forwarder.close();
  }
  const { accepted, rejected } = forwarder.counters;
  return { accepted, rejected, lanes: delivery.counters() };
}

function listenKeys({ plain }: SidekickSettings): ListenKeys {
  return {
    port: plain ? "listenport, or tlsserver.notlsport" : "listenport",
    address: "listenaddress",
  };
}

function addresses({ listen, plain }: SidekickSettings) {
  return { listen, plain };
}

function endpointsOf(
  forwarder: Forwarder,
  { web, log, signal }: Pick<ServeRequest, "log" | "signal"> & { readonly web: WebServers },
): readonly Endpoint[] {
  const { delivery } = forwarder;
  const intake = new Intake({
    take: (alert) => forwarder.take(alert),
    rejected: () => forwarder.counters.reject(),
    log,
    signal,
  });
  return [
    ...intake.endpoints(),
    healthEndpoint("/healthz", () => ({ sources: [], outputs: delivery.counters() })),
    readOnly("/metrics", () => {
      const outputs = delivery.counters();
      const servers = web.servers.map(({ listen, counters }) => ({
        address: `${listen.hostname}:${listen.port}`,
        counters,
      }));
      const text = exposition([
        ...forwarder.counters.families(outputs),
        ...forwarderFamilies({ outputs, heldBack: delivery.heldBack, servers }),
      ]);
      return new Response(text, { headers: { "content-type": EXPOSITION_TYPE } });
    }),
  ];
}

/** What health checks without certificates may ask, beside the server with TLS. */
function mountPlain(
  web: WebServers,
  endpoints: readonly Endpoint[],
  { settings: { plain }, log }: ServeRequest,
): void {
  for (const path of plain?.paths ?? []) {
    const endpoint = endpoints.find((endpoint) => endpoint.path === path);
    if (endpoint) web.at(plain!.listen).mount(endpoint);
    else log.warning(`tlsserver.notlspaths: there is nothing at "${path}"`);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
