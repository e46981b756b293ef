/**
 * Certificates and private keys (PEM), looked at before TLS needs them: it takes any text, and then
 * refuses every connection.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { reasonOf } from "./reason.ts";
import { textOfFile } from "./text_file.ts";

/** A certificate, a private key; each a file. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

/** Larger files are none of these. */
const MAX_FILE_BYTES = 4 << 20;
/** Node, in Deno, wants nothing else before it. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/;
const KEY = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[^]*?-----END \1-----/;

/** Why nobody can be trusted by what is in this file; absent: it has a certificate. Never throws. */
export function certificateProblem(path: string): string | undefined {
  return said(() => void certificateIn(path));
}

/** Why these cannot be shown to anybody; absent: the key is that of the certificate. Never throws. */
export function pairProblem({ certificate, key }: PemPair): string | undefined {
  return said(() => {
    const shown = certificateIn(certificate);
    if (!shown.checkPrivateKey(keyIn(key))) {
      throw new Error(`the private key in "${key}" is not that of "${certificate}"`);
    }
  });
}

/** Why nothing can be signed with what is in this file; absent: it has a private key. Never throws. */
export function keyProblem(path: string): string | undefined {
  return said(() => void keyIn(path));
}

function keyIn(path: string): KeyObject {
  const [pem] = textOf(path).match(KEY) ?? [];
  try {
    return createPrivateKey(pem ?? "");
  } catch {
    throw new Error(`there is no private key in "${path}" (PEM)`);
  }
}

function certificateIn(path: string): X509Certificate {
  const [pem] = textOf(path).match(CERTIFICATE) ?? [];
  try {
    return new X509Certificate(pem ?? "");
  } catch {
    throw new Error(`there is no certificate in "${path}" (PEM)`);
  }
}

function textOf(path: string): string {
  try {
    return textOfFile(path, MAX_FILE_BYTES);
  } catch (error) {
    throw new Error(`cannot read "${path}": ${reasonOf(error)}`);
  }
}

function said(look: () => void): string | undefined {
  try {
    look();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
