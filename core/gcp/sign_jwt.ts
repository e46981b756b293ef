/** JSON Web Tokens signed with the key of a service account (RFC 7515, RS256). */
import type { ServiceAccount } from "./account_key.ts";

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** Rejects with an error that has nothing of the key in it. */
export async function signedJwt(
  claims: Readonly<Record<string, string | number>>,
  { privateKey, keyId }: Pick<ServiceAccount, "privateKey" | "keyId">,
): Promise<string> {
  const header = { alg: "RS256", typ: "JWT", ...keyId !== undefined && { kid: keyId } };
  const text = `${encoded(JSON.stringify(header))}.${encoded(JSON.stringify(claims))}`;
  const key = await importedKey(privateKey);
  const signature = await crypto.subtle.sign(ALGORITHM.name, key, new TextEncoder().encode(text));
  return `${text}.${base64url(new Uint8Array(signature))}`;
}

async function importedKey(pem: string): Promise<CryptoKey> {
  const [, body] = /-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/.exec(pem) ?? [];
  try {
    const der = Uint8Array.fromBase64(body ?? "");
    return await crypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
  } catch {
    throw new Error("its private_key is no RSA key in PEM (PKCS 8)");
  }
}

function encoded(text: string): string {
  return base64url(new TextEncoder().encode(text));
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
