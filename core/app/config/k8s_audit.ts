/**
 * What falco.yaml says about Kubernetes audit events: Falco's plugin k8saudit, which is built in here
 * with its companion json, and `webserver.k8s_audit_endpoint` of the time before it.
 *
 * Facts: falcosecurity/plugins plugins/k8saudit config.go and source.go (0.18), falco 0.31 falco.yaml.
 */
import * as z from "zod";
import { parseAddress, parseNetwork } from "../../base/ip.ts";
import type { Report } from "../../base/mod.ts";
import { flag, idle, listOf, section, text, whole, word } from "./_types.ts";
import type { LoadedConfig } from "./load.ts";
import type { Config } from "./schema.ts";
import { type ConfigPath, nodeAt, placeOf } from "./tree.ts";

/** Names under `plugins`. */
export const AUDIT_PLUGIN = "k8saudit";
export const JSON_PLUGIN = "json";
/** Name of the event source. */
export const K8S_AUDIT = "k8s_audit";

const async = () => idle(flag(true), "fields are read when a rule asks for them");
const LARGEST = 2 ** 30;

const network = word().refine((text) => !!parseAddress(text) || !!parseNetwork(text), {
  error: "an IP address, or a network as 10.0.0.0/8",
});

/** `init_config` of the plugin named k8saudit; the first four are Falco's. */
export const auditPluginConfig = section({
  sslCertificate: text("/etc/falco/falco.pem"),
  maxEventSize: whole({ min: 1, max: LARGEST, standard: 0 }).unwrap().optional(),
  webhookMaxBatchSize: whole({ min: 1, max: LARGEST, standard: 12_582_912 }),
  useAsync: async(),
  /** Certificates of the authority that clients' certificates have to be from. */
  clientCaCertificate: text(),
  /** File with the token that requests have to carry, or the environment variable with it. */
  tokenFile: text(),
  tokenVariable: text(),
  /** Addresses and networks that requests may come from; none: all. */
  allowedSources: listOf(network),
  /** Where it is kept how far a file was read that is followed. */
  stateDirectory: text("/var/lib/falcod"),
});

export const jsonPluginConfig = section({ useAsync: async() });

/** Where `open_params` has events come from. */
export type AuditOrigin =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "tail"; readonly path: string }
  | {
    readonly kind: "http";
    readonly tls: boolean;
    readonly hostname: string;
    readonly port: number;
    readonly path: string;
  };

const WANTED = "http://:PORT/PATH, https://:PORT/PATH, file:///PATH to follow a file, " +
  "or the path of a file or directory to read";

/** `undefined` for what is none of these. Without a host, all addresses are meant. */
export function originOf(openParams: string): AuditOrigin | undefined {
  const given = openParams.trim();
  if (ADDRESS.test(given)) return undefined;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(given)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return given === "" ? undefined : { kind: "path", path: given };
    case "file": {
      const path = /^file:\/\/(\/.*)$/i.exec(given)?.[1];
      return path === undefined ? undefined : { kind: "tail", path: decoded(path) };
    }
    case "http":
    case "https":
      return listenerOf(given, scheme === "https");
    default:
      return undefined;
  }
}

/**
 * An address and a port that lack their `http://`. Falco takes none with a colon in front of the first
 * slash; a file may be called so here, unless it looks like one of these.
 */
const ADDRESS =
  /^(?!(?:https?|file):)(?:\[[0-9a-f:.%]+\]|\d{1,3}(?:\.\d{1,3}){3}|[a-z][a-z0-9.-]*)?:\d{1,5}(?:\/|$)/i;

const LISTENER = /^https?:\/\/(?:\[([0-9a-f:.%]+)\]|([^/:?#\[\]@]*))(?::(\d{1,5}))?(\/[^?#]*)?$/i;

function listenerOf(url: string, tls: boolean): AuditOrigin | undefined {
  const parts = LISTENER.exec(url);
  if (!parts) return undefined;
  const [, v6, name, port, path = "/"] = parts;
  const number = port === undefined ? (tls ? 443 : 80) : Number(port);
  if (number > 65_535) return undefined;
  const hostname = v6 ?? (name || "::");
  return { kind: "http", tls, hostname, port: number, path: decoded(path) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

interface PluginEntry {
  readonly name: string;
  readonly open_params: string;
}

/** Complains about `open_params` of the plugin, where they say something. */
export function checkOpenParams(plugin: PluginEntry, context: z.RefinementCtx): void {
  const { name, open_params: params } = plugin;
  if (name !== AUDIT_PLUGIN || params === "" || originOf(params)) return;
  const listener = `http://${params.trim()}`;
  const isListener = ADDRESS.test(params.trim()) && originOf(listener) !== undefined;
  context.issues.push({
    code: "custom",
    message: WANTED,
    input: plugin.open_params,
    path: ["open_params"],
    ...isListener && { params: { meant: listener } },
  });
}

/** Whether `load_plugins` leaves a plugin in that `plugins` has. */
export function isLoaded({ plugins, load_plugins }: Config, name: string): boolean {
  return plugins.some((plugin) => plugin.name === name) &&
    (load_plugins === undefined || load_plugins.includes(name));
}

/** The configuration of the source k8s_audit; absent when nobody asks for audit events. */
export function auditSettings(
  loaded: LoadedConfig,
  report: Report,
): Readonly<Record<string, unknown>> | undefined {
  const { config } = loaded;
  const plugin = config.plugins.find(({ name }) => name === AUDIT_PLUGIN);
  const { init_config } = plugin ?? {};
  const init = auditPluginConfig.parse(init_config === "" ? undefined : init_config);
  const inputs: unknown[] = [];
  const origin = plugin && isLoaded(config, AUDIT_PLUGIN) && originOf(plugin.open_params);
  if (origin) inputs.push(inputOf(origin, init));
  else if (plugin && isLoaded(config, AUDIT_PLUGIN)) reportNoOrigin(loaded, plugin, report);
  const endpoint = oldEndpoint(loaded);
  if (endpoint) inputs.push(inputOf(endpoint, { ...init, ...oldCertificate(config) }));
  if (inputs.length === 0) return undefined;
  const { maxEventSize } = init;
  return { inputs, ...maxEventSize !== undefined && { maxEventBytes: maxEventSize } };
}

/** What is written and cannot be understood has been told of. */
function reportNoOrigin(
  { config, root }: LoadedConfig,
  plugin: Config["plugins"][number],
  report: Report,
): void {
  const path = ["plugins", config.plugins.indexOf(plugin)];
  const place = placeOf(root, path);
  const isTold = report.diagnostics.some(({ severity, at }) =>
    severity === "error" && at && at.source === place.source &&
    place.start <= at.start && at.end <= place.end
  );
  if (isTold) return;
  report.add({
    code: "C016",
    title: `plugin "${AUDIT_PLUGIN}" does not say where audit events come from`,
    at: nodeAt(root, [...path, "open_params"])?.at ?? place,
    help: `write open_params: ${WANTED}`,
  });
}

/** The key behind a part of what `auditSettings` gives, `["inputs", 0, "path"]` for example. */
export function auditKey({ config }: LoadedConfig, path: ConfigPath): ConfigPath {
  const [, index, ...inner] = path;
  const number = config.plugins.findIndex(({ name }) => name === AUDIT_PLUGIN);
  const plugin = config.plugins[number];
  const isPlugin = plugin && isLoaded(config, AUDIT_PLUGIN) && originOf(plugin.open_params);
  const key = inner.at(-1);
  const isFile = key === "certificatePath" || key === "keyPath";
  // Those of the plugin come first.
  if (!isPlugin || index !== 0) return ["webserver", isFile ? "ssl_certificate" : "listen_port"];
  const place = ["plugins", number];
  if (isFile) return [...place, "init_config", "sslCertificate"];
  if (key === "clientCaPath") return [...place, "init_config", "clientCaCertificate"];
  if (key === "tokenFile" || key === "tokenVariable") return [...place, "init_config", key];
  return [...place, "open_params"];
}

type AuditInit = z.output<typeof auditPluginConfig>;

function inputOf(origin: AuditOrigin, init: AuditInit): unknown {
  switch (origin.kind) {
    case "path":
      return origin;
    case "tail":
      return { ...origin, ...given("stateDirectory", init.stateDirectory) };
    case "http": {
      const { tls, ...rest } = origin;
      return {
        ...rest,
        maxBodyBytes: init.webhookMaxBatchSize,
        allowedSources: init.allowedSources,
        ...given("tokenFile", init.tokenFile),
        ...given("tokenVariable", init.tokenVariable),
        ...tls && {
          tls: {
            // One file with both, as Falco has it.
            certificatePath: init.sslCertificate,
            keyPath: init.sslCertificate,
            ...given("clientCaPath", init.clientCaCertificate),
          },
        },
      };
    }
    default:
      return origin satisfies never;
  }
}

function given<K extends string>(key: K, text: string): { readonly [name in K]?: string } {
  return text === "" ? {} : { [key]: text } as { readonly [name in K]?: string };
}

/** Falco up to 0.31 took audit events at its web server; later ones have no such key. */
function oldEndpoint({ config, root }: LoadedConfig): AuditOrigin | undefined {
  const { webserver } = config;
  const isWritten = nodeAt(root, ["webserver", "k8s_audit_endpoint"]) !== undefined;
  if (!webserver.enabled || !isWritten) return undefined;
  return {
    kind: "http",
    tls: webserver.ssl_enabled,
    hostname: webserver.listen_address,
    port: webserver.listen_port,
    path: webserver.k8s_audit_endpoint,
  };
}

function oldCertificate({ webserver }: Config): Pick<AuditInit, "sslCertificate"> {
  return { sslCertificate: webserver.ssl_certificate };
}
