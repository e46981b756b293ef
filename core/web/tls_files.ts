/** Certificates and keys: read from PEM files, checked, and read again when the files change. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { fileMark } from "../base/file_mark.ts";
import { textOfFile } from "../base/text_file.ts";
import { type TlsFiles, WebError } from "./endpoint.ts";

/** What a server's TLS needs, all PEM. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  /** Absent where clients need no certificate. */
  readonly ca?: string;
  /** When the server's certificate ends, in ms since the epoch. */
  readonly validToMs: number;
}

/** Larger than any chain; a device or a log by mistake is not read whole. */
const MAX_FILE_BYTES = 1 << 20;

const KEY =
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[^]*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----/g;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

/** Throws `WebError` "bad-certificate", with the path and what is wrong with the file. */
export function readTlsFiles(files: TlsFiles): TlsMaterial {
  const { certificatePath, keyPath, clientCaPath } = files;
  const certificates = blocksOf(certificatePath, CERTIFICATE, "certificate");
  const [own] = certificates.map((pem) => certificateOf(pem, certificatePath));
  const [key] = blocksOf(keyPath, KEY, "private key");
  if (!isKeyOf(key!, own!, keyPath)) {
    throw bad(keyPath, `its private key is not that of the certificate in "${certificatePath}"`);
  }
  const material = {
    key: `${key}\n`,
    cert: lines(certificates),
    validToMs: Date.parse(own!.validTo),
  };
  checkUsable(material, certificatePath);
  if (clientCaPath === undefined) return material;
  const authorities = blocksOf(clientCaPath, CERTIFICATE, "certificate");
  for (const pem of authorities) certificateOf(pem, clientCaPath);
  const ca = lines(authorities);
  checkUsable({ ca }, clientCaPath);
  return { ...material, ca };
}

/** What `readTlsFiles` would throw; absent: nothing. */
export function tlsProblem(files: TlsFiles): WebError | undefined {
  try {
    readTlsFiles(files);
    return undefined;
  } catch (error) {
    if (error instanceof WebError) return error;
    throw error;
  }
}

/** What is well-formed may still be too weak for TLS. */
function checkUsable(material: Partial<TlsMaterial>, path: string): void {
  try {
    createSecureContext(material);
  } catch (error) {
    const reason = messageOf(error).replace(/^.*:/, ""); // behind OpenSSL's number and names
    throw bad(path, `TLS does not take it: ${reason}`, error);
  }
}

/** Differs when one of the files has other content. */
export function marksOf({ certificatePath, keyPath, clientCaPath }: TlsFiles): string {
  const paths = [certificatePath, keyPath, clientCaPath];
  return paths.map((path) => path === undefined ? "" : fileMark(path)).join("/");
}

export function areSameFiles(one: TlsFiles | undefined, other: TlsFiles | undefined): boolean {
  return one?.certificatePath === other?.certificatePath && one?.keyPath === other?.keyPath &&
    one?.clientCaPath === other?.clientCaPath;
}

/** At least one. */
function blocksOf(path: string, pattern: RegExp, what: string): readonly string[] {
  const blocks = textOf(path).match(pattern);
  if (blocks) return blocks;
  throw bad(path, `there is no ${what} in it (PEM, "-----BEGIN ${what.toUpperCase()}-----")`);
}

function textOf(path: string): string {
  try {
    return textOfFile(path, MAX_FILE_BYTES);
  } catch (error) {
    throw bad(path, messageOf(error), error);
  }
}

function certificateOf(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw bad(path, "a certificate in it is damaged", error);
  }
}

function isKeyOf(pem: string, certificate: X509Certificate, path: string): boolean {
  if (/ENCRYPTED/.test(pem)) {
    throw bad(path, "its private key is encrypted; store it without a password");
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw bad(path, "its private key is damaged, or of a kind that is not known", error);
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (!KEY_KINDS.has(String(details?.namedCurve ?? type))) {
    throw bad(path, "its private key is none of RSA, P-256, P-384, P-521 and Ed25519");
  }
  return certificate.checkPrivateKey(key);
}

/** Those of rustls, which is what Deno's TLS is; with others every client would be sent away. */
const KEY_KINDS: ReadonlySet<string> = new Set([
  "rsa",
  "ed25519",
  "prime256v1",
  "secp384r1",
  "secp521r1",
]);

function lines(blocks: readonly string[]): string {
  return `${blocks.join("\n")}\n`;
}

function bad(path: string, what: string, cause?: unknown): WebError {
  return new WebError("bad-certificate", `Cannot use "${path}" for TLS: ${what}`, cause);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
