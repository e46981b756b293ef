/** Rekor's promise that it has an entry, and since when: its "signed entry timestamp". */
import { Buffer } from "node:buffer";
import { type KeyObject, verify } from "node:crypto";
import type { SignedEntity, TrustMaterial } from "@sigstore/verify";
import { jsonIn } from "./statement.ts";
import { logBody } from "./schema.ts";
import { Untrusted } from "./untrusted.ts";

export type LogEntry = SignedEntity["tlogEntries"][number];

/**
 * Throws `Untrusted` where no log that is trusted has promised it, or where the entry is of another
 * signature. Done here because @sigstore/verify leaves the digest to the default of node's `verify`,
 * and Deno's has none for keys of ECDSA.
 */
export function checkPromise(
  entry: LogEntry,
  signature: SignedEntity["signature"],
  { tlogs }: TrustMaterial,
): void {
  const { logId: { keyId }, integratedTime, logIndex, canonicalizedBody, inclusionPromise } = entry;
  const time = Number(integratedTime);
  // In the order and without the blanks of RFC 8785.
  const promised = JSON.stringify({
    body: canonicalizedBody.toString("base64"),
    integratedTime: time,
    logID: keyId.toString("hex"),
    logIndex: Number(logIndex),
  });
  const at = new Date(time * 1000);
  const isPromised = tlogs.some(({ logID, publicKey, validFor }) =>
    logID.equals(keyId) && validFor.start <= at && at <= validFor.end &&
    isSigned(Buffer.from(promised), inclusionPromise!.signedEntryTimestamp, publicKey)
  );
  if (!isPromised) throw new Untrusted("is in no transparency log that is trusted");
  if (!isOf(canonicalizedBody, signature)) {
    throw new Untrusted("is another than the one in the transparency log");
  }
}

function isOf(body: Uint8Array, signature: SignedEntity["signature"]): boolean {
  const { data } = logBody.safeParse(jsonIn(body));
  switch (data?.kind) {
    case "hashedrekord": {
      const { spec: { data: { hash }, signature: { content } } } = data;
      return signature.compareSignature(Buffer.from(content, "base64")) &&
        signature.compareSignedDigest(Buffer.from(hash.value, "hex"));
    }
    case "dsse": {
      const { spec: { payloadHash, signatures } } = data;
      return signature.compareSignature(Buffer.from(signatures[0]!.signature, "base64")) &&
        signature.compareDigest(Buffer.from(payloadHash.value, "hex"));
    }
    case undefined:
      return false;
    default:
      return data satisfies never;
  }
}

/** By SHA-256, but for Ed25519, which has a digest of its own. */
export function isSigned(data: Buffer, signature: Uint8Array, key: KeyObject): boolean {
  try {
    const isEd25519 = key.asymmetricKeyType === "ed25519";
    return verify(isEd25519 ? null : "sha256", data, key, signature);
  } catch {
    return false;
  }
}
