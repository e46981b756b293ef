/** Signatures with the key of a policy. learn.microsoft.com/rest/api/eventhub/generate-sas-token */
import { type Authorization, Secret } from "../../../core/mod.ts";

const LIFETIME_MS = 3_600_000;

export interface SharedAccess {
  /** What is written to, without its scheme: "alerts.servicebus.windows.net/hub". */
  readonly place: string;
  readonly keyName: string;
  readonly key: Secret;
}

export async function sharedAccess(
  { place, keyName, key }: SharedAccess,
  nowMs = Date.now(),
): Promise<Authorization> {
  const endsAtMs = nowMs + LIFETIME_MS;
  const resource = encodeURIComponent(`https://${place}`.toLowerCase());
  const end = Math.floor(endsAtMs / 1000);
  const signature = await hmac(key.reveal().trim(), `${resource}\n${end}`);
  const parts = [
    `sr=${resource}`,
    `sig=${encodeURIComponent(signature)}`,
    `se=${end}`,
    `skn=${encodeURIComponent(keyName)}`,
  ];
  return { value: new Secret({ value: `SharedAccessSignature ${parts.join("&")}` }), endsAtMs };
}

/** The key is the text, not what it is the base64 of. */
async function hmac(key: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)))
    .toBase64();
}
