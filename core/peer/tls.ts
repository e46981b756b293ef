/** TLS as falcod asks for it where it is the client, in the terms of node's `tls.connect`. */
import { readClientTls } from "../http/trust.ts";

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
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/**
 * Reads the files anew each time, so that renewed certificates count from the next connection on.
 * Throws `SinkError` (`unavailable`) where one cannot be read.
 */
export function tlsOptions(settings: TlsSettings): TlsOptions {
  const { ca, ...trust } = readClientTls(settings);
  const { server_name } = settings;
  return {
    ...trust,
    minVersion: "TLSv1.2",
    ...ca && { ca: [...ca] },
    ...server_name !== "" && { servername: server_name },
  };
}
