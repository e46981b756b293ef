/** An address that cannot be listened on: servers do not know which key of the configuration it comes from. */
import { AUDIT_PLUGIN, isLoaded, originOf } from "./config/k8s_audit.ts";
import type { Config } from "./config/schema.ts";

/** Where a port and an address are set, in words that follow "name another". */
export interface ListenKeys {
  readonly port: string;
  readonly address: string;
  /** With what the file is to have; absent: whoever listens names it. */
  readonly certificate?: string;
}

/** Of the server for health checks and metrics. */
export const WEBSERVER_KEYS: ListenKeys = {
  port: "webserver.listen_port",
  address: "webserver.listen_address",
  certificate: "webserver.ssl_certificate names a PEM file with key and certificate",
};

/** Of whoever takes audit events: those of the plugin, or what there was before it. */
export function auditListenKeys(config: Config): ListenKeys {
  const plugin = config.plugins.find(({ name }) => name === AUDIT_PLUGIN);
  const isPlugin = plugin !== undefined && isLoaded(config, AUDIT_PLUGIN) &&
    originOf(plugin.open_params)?.kind === "http";
  if (!isPlugin) return WEBSERVER_KEYS;
  const key = `open_params of plugin ${AUDIT_PLUGIN}`;
  return { port: key, address: key };
}

/** The message has the reason in words: what the system called it would say the same again. */
class CannotListen extends Error {
  override readonly name = "CannotListen";
  constructor(readonly code: string, message: string, readonly help: string) {
    super(message);
  }
}

const ADDRESS_FAULTS: ReadonlySet<unknown> = new Set(["EINVAL", "EADDRNOTAVAIL", "ENOTFOUND"]);

/** `WebError` about an address or a certificate with the key to change; others as they are. */
export function namingKeys(error: unknown, keys: ListenKeys): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  const { code, message } = error;
  if (code === "bad-certificate" && keys.certificate !== undefined) {
    return new CannotListen(code, message, keys.certificate);
  }
  if (code !== "listen-failed") return error;
  const help = isAddressFault(error)
    ? `name another address: ${keys.address}`
    : `name another port: ${keys.port}`;
  return new CannotListen(code, message, help);
}

/** Whether it is the address that is wrong, and not the port. */
export function isAddressFault(error: Error): boolean {
  return ADDRESS_FAULTS.has(codeOfCause(error));
}

/** What the system calls it: "EADDRINUSE". */
export function codeOfCause({ cause }: Error): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
