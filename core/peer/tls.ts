/** TLS as falcod asks for it where it is the client, in the terms of node's `tls.connect`. */
import { readFileSync } from "node:fs";
import { SinkError } from "../plugin/mod.ts";

/** What `tlsSection` reads. */
export interface TlsSettings {
  readonly enabled: boolean;
  readonly ca: string;
  readonly client_certificate: string;
  readonly client_key: string;
  readonly server_name: string;
  readonly insecure: boolean;
}

export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly minVersion: "TLSv1.2";
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/**
 * Reads the files anew each time, so that renewed certificates count from the next connection on.
 * Throws `SinkError` (`unavailable`) where one cannot be read.
 */
export function tlsOptions(settings: TlsSettings): TlsOptions {
  const { ca, client_certificate, client_key, server_name, insecure } = settings;
  return {
    rejectUnauthorized: !insecure,
    minVersion: "TLSv1.2",
    ...ca !== "" && { ca: pem(ca) },
    ...client_certificate !== "" && {
      cert: pem(client_certificate),
      key: pem(client_key === "" ? client_certificate : client_key),
    },
    ...server_name !== "" && { servername: server_name },
  };
}

function pem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SinkError("unavailable", `Cannot read "${path}": ${reason}`, { cause: error });
  }
}
