/** What a start would end with on this machine, beside mistakes: certificates, audit logs, addresses. */
import { reasonOf, type Report } from "../../base/mod.ts";
import type { Registry, SinkFault } from "../../plugin/mod.ts";
import type { Listen, TlsFiles, WebError, WebServers } from "../../web/mod.ts";
import { auditListenKeys, codeOfCause, isAddressFault, WEBSERVER_KEYS } from "../cannot_listen.ts";
import { auditKey, K8S_AUDIT } from "./k8s_audit.ts";
import type { LoadedConfig } from "./load.ts";
import type { Wired } from "./settings.ts";
import { type ConfigPath, isMistaken, nodeAt, placeOf, spellAsWritten } from "./tree.ts";
import { webSettings } from "./webserver.ts";

/** `try`: also takes addresses for a moment, and what is found would end the start that was asked about. */
export type StartLook = "look" | "try";

export interface StartLookOptions {
  readonly registry: Registry;
  readonly report: Report;
  readonly look: StartLook;
}

/** A recording is played without servers. */
export async function lookAtStart(
  loaded: LoadedConfig,
  sources: readonly Wired[],
  { registry, report, look }: StartLookOptions,
): Promise<void> {
  const { config, root } = loaded;
  if (config.engine.kind === "replay") return;
  const tell = (path: ConfigPath, { what, help }: Omit<SinkFault, "path">) =>
    report.add({
      code: "C065",
      severity: look === "try" ? "error" : "warning",
      title: `"${spellAsWritten(root, path)}": ${what}`,
      at: nodeAt(root, path)?.at ?? placeOf(root, path),
      help,
    });
  const servers = [...ownServer(loaded), ...auditServers(loaded, sources)];
  for (const server of servers) {
    const { listen: { tls }, certificate, keyOf } = server;
    const problem = tls && (await import("../../web/mod.ts")).tlsProblem(tls);
    if (!problem) continue;
    const key = tls.clientCaPath !== undefined && isAbout(problem.message, tls.clientCaPath)
      ? "clientCaPath"
      : "certificatePath";
    tell(keyOf(key), { what: problem.message, help: certificate });
  }
  for (const { name, config } of sources) {
    if (name !== K8S_AUDIT) continue;
    const plugin = await registry.load("source", name);
    const checked = plugin.schema.safeParse(config);
    const faults = checked.success ? await plugin.check?.(checked.data) ?? [] : [];
    for (const { path, ...fault } of faults) tell(auditKey(loaded, path), fault);
  }
  if (look === "try") await tryAll(loaded, servers, report);
}

interface Server {
  readonly listen: Listen;
  /** What the file of its certificate is to be. */
  readonly certificate: string;
  readonly keyOf: (key: keyof TlsFiles | "port") => ConfigPath;
  /** In words, behind "name another". */
  readonly words: { readonly port: string; readonly address: string };
}

function ownServer({ config, root }: LoadedConfig): readonly Server[] {
  const listen = webSettings(config)?.listen;
  if (!listen || isMistaken(root, ["webserver"])) return [];
  return [{
    listen,
    certificate: "name a PEM file with key and certificate that falcod may read",
    keyOf: (key) => ["webserver", key === "port" ? "listen_port" : "ssl_certificate"],
    words: WEBSERVER_KEYS,
  }];
}

/** As `auditSettings` has made them. */
function auditServers(loaded: LoadedConfig, sources: readonly Wired[]): readonly Server[] {
  const audit = sources.find(({ name }) => name === K8S_AUDIT);
  if (!audit) return [];
  const { inputs } = audit.config as {
    readonly inputs: readonly (Listen & { readonly kind: string })[];
  };
  return inputs.flatMap((input, index) => {
    if (input.kind !== "http") return [];
    const { hostname, port, tls } = input;
    return [{
      listen: { hostname, port, ...tls && { tls } },
      certificate:
        "sslCertificate is to be a PEM file with key and certificate, clientCaCertificate one of an authority",
      keyOf: (key) => auditKey(loaded, ["inputs", index, key]),
      words: auditListenKeys(loaded.config),
    }];
  });
}

/** Messages about files begin with what they are about. */
function isAbout(message: string, path: string): boolean {
  return message.startsWith(`Cannot use "${path}"`);
}

/** What else is wanted of the same address, and does not go together. */
function conflictOf(web: WebServers, listen: Listen): WebError | undefined {
  try {
    web.at(listen);
    return undefined;
  } catch (error) {
    return error as WebError;
  }
}

/** Each address once: who names the same gets the same server. */
async function tryAll(
  { root }: LoadedConfig,
  servers: readonly Server[],
  report: Report,
): Promise<void> {
  if (servers.length === 0) return;
  const { tryListening } = await import("../try_listening.ts");
  const { WebServers: Servers } = await import("../../web/mod.ts");
  const ignore = () => {};
  const web = new Servers({ log: { info: ignore, warning: ignore, error: ignore } });
  for (const { listen, keyOf, words } of servers) {
    const { hostname, port } = listen;
    const before = web.servers.length;
    const error = conflictOf(web, listen) ??
      (web.servers.length > before ? await tryListening({ hostname, port }, ignore) : undefined);
    if (!error) continue;
    const isTaken = codeOfCause(error) === "EADDRINUSE";
    const path = keyOf("port");
    const help = isAddressFault(error)
      ? `name another address: ${words.address}`
      : `name another port: ${words.port}`;
    report.add({
      code: "C065",
      // Whoever tries a configuration for the falcod that runs already has it taken by that.
      severity: isTaken ? "warning" : "error",
      title: reasonOf(error),
      at: nodeAt(root, path)?.at ?? placeOf(root, path),
      help: isTaken ? `${help}, unless it is the falcod that this one replaces` : help,
    });
  }
}
