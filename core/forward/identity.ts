/** What an alert is known by elsewhere: the same whenever it is sent, so that twice can be told from two. */
import type { Alert } from "../alert/mod.ts";

/** 32 characters that may stand in any address. */
export async function alertId(alert: Alert): Promise<string> {
  return (await digestOf(alert)).toBase64({ alphabet: "base64url" }).slice(0, 32);
}

/**
 * Where it has to be a UUID: its own, else one of version 8, which means whatever its maker does (RFC 9562
 * 5.8).
 */
export async function alertUuid(alert: Alert): Promise<string> {
  if (alert.uuid !== undefined) return alert.uuid;
  const bytes = (await digestOf(alert)).slice(0, 16);
  bytes[6] = bytes[6]! & 0x0f | 0x80;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Not of its fields: one says that it is sent again. */
async function digestOf({ timeNs, hostname, source, rule, message }: Alert): Promise<Uint8Array> {
  const parts = [String(timeNs), hostname, source, rule, message];
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
