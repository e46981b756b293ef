/** Certificates and keys of a client: read from files, and read again when the files change. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { fileMark } from "../base/file_mark.ts";
import { textOfFile } from "../base/text_file.ts";
import { SinkError } from "../plugin/mod.ts";
import type { HttpSettings } from "./schema.ts";

type TlsSettings = HttpSettings["tls"];

/** As node's TLS wants it. */
export interface ClientTls {
  readonly rejectUnauthorized: boolean;
  /** Absent: those that come with the runtime. */
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  /** Name in the server's certificate; absent: that of the address. */
  readonly servername?: string;
}

/** Where systems keep the certificates they trust, all in one file. */
const SYSTEM_STORES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];
const MAX_FILE_BYTES = 4 << 20;
const MAX_FILES = 2000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

/** Throws `SinkError` (`unavailable`: files may be put right) with the path and what is wrong. */
export function readClientTls(tls: TlsSettings): ClientTls {
  const { ca, client_certificate, client_key, insecure } = tls;
  const authorities = insecure ? undefined : authoritiesOf(ca);
  return {
    rejectUnauthorized: !insecure,
    ...authorities && { ca: authorities },
    ...client_certificate !== "" && ownOf(client_certificate, client_key || client_certificate),
  };
}

/** What is shown to servers. Of a key that is not the certificate's, TLS says something else. */
function ownOf(certificatePath: string, keyPath: string): { cert: string; key: string } {
  const cert = textOf(certificatePath);
  const key = textOf(keyPath);
  if (!isPair(cert, key)) {
    throw bad(keyPath, `its private key is not that of the certificate in "${certificatePath}"`);
  }
  return { cert, key };
}

/** Also where one of them cannot be read: TLS says what is wrong with it. */
function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return true;
  }
}

/** Differs when one of the files has other content. */
export function marksOf({ ca, client_certificate, client_key }: TlsSettings): string {
  return [...storesOf(ca), client_certificate, client_key]
    .map((path) => path === "" ? "" : fileMark(path)).join("/");
}

function authoritiesOf(ca: string): readonly string[] | undefined {
  const stores = storesOf(ca);
  if (stores.length === 0) return undefined;
  const all = new Set<string>();
  for (const store of stores) {
    const found = isFolder(store) ? certificatesIn(store) : certificatesOf(store);
    if (found.size === 0) throw bad(store, "there is no certificate in it (PEM)");
    for (const pem of found) all.add(pem);
  }
  return [...all];
}

/** Paths between colons, `system` among them; a path that has colons itself is one. */
function storesOf(ca: string): readonly string[] {
  const parts = ca === "" ? ["system"] : exists(ca) ? [ca] : ca.split(":");
  return parts.flatMap((part) =>
    part === "system" ? SYSTEM_STORES.find(exists) ?? [] : part === "" ? [] : part
  );
}

/** Of all files directly in it; other files may be there as well. */
function certificatesIn(folder: string): Set<string> {
  const found = new Set<string>();
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  for (const name of names.slice(0, MAX_FILES)) {
    const path = `${folder}/${name}`;
    if (!/\.(?:pem|crt|cer|\d+)$/.test(name) || !exists(path) || isFolder(path)) continue;
    for (const pem of certificatesOf(path)) found.add(pem);
  }
  return found;
}

function certificatesOf(path: string): Set<string> {
  return new Set(textOf(path).match(CERTIFICATE)?.map((pem) => `${pem}\n`));
}

function textOf(path: string): string {
  try {
    return textOfFile(path, MAX_FILE_BYTES);
  } catch (error) {
    throw bad(path, error instanceof Error ? error.message : String(error), error);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function bad(path: string, what: string, cause?: unknown): SinkError {
  return new SinkError("unavailable", `Cannot use "${path}" for TLS: ${what}`, { cause });
}
