/** Signatures of cosign 1 and 2, as @sigstore/verify wants them. */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { X509Certificate } from "@sigstore/core";
import type { SignedEntity } from "@sigstore/verify";
import type { FoundSignature } from "./found.ts";
import { isSigned, type LogEntry } from "./log_promise.ts";
import { logPromise } from "./schema.ts";
import { jsonIn } from "./statement.ts";
import { Untrusted } from "./untrusted.ts";

type Simple = Extract<FoundSignature, { kind: "simple" }>;

const ANNOTATION = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  promise: "dev.sigstore.cosign/bundle",
} as const;
/** Those of Fulcio have 3 KB. */
const MAX_CERTIFICATE = 32 << 10;

/** Throws where an annotation is missing or nonsense. `byKey`: certificates are not looked at. */
export function simpleEntity(
  { payload, annotations }: Simple,
  { byKey }: { readonly byKey: boolean },
): SignedEntity {
  const signature = annotations[ANNOTATION.signature];
  if (!signature) throw new Untrusted("has no signature in it");
  const entries = entriesOf(annotations[ANNOTATION.promise]);
  return {
    signature: contentOf(Buffer.from(payload), Buffer.from(signature, "base64")),
    key: byKey
      ? { $case: "public-key", hint: "" }
      : { $case: "certificate", certificate: certificateOf(annotations[ANNOTATION.certificate]) },
    tlogEntries: entries,
    timestamps: entries.map((tlogEntry) => ({ $case: "transparency-log", tlogEntry })),
  };
}

function contentOf(payload: Buffer, signature: Buffer): SignedEntity["signature"] {
  const digest = createHash("sha256").update(payload).digest();
  const isDigest = (other: Buffer) => areEqual(digest, other);
  return {
    signature,
    compareSignature: (other) => areEqual(signature, other),
    compareDigest: isDigest,
    compareSignedDigest: isDigest,
    verifySignature: (key) => isSigned(payload, signature, key),
  };
}

function areEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function certificateOf(pem: string | undefined): X509Certificate {
  if (!pem) throw new Untrusted("has no certificate: it is signed with a key");
  if (pem.length > MAX_CERTIFICATE) throw new Untrusted("has too large a certificate");
  const [, base64] = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/
    .exec(pem) ?? [];
  if (base64 === undefined) throw new Untrusted("has a certificate that is none");
  return X509Certificate.parse(Buffer.from(base64, "base64"));
}

function entriesOf(promise: string | undefined): LogEntry[] {
  if (!promise) return [];
  const { data } = logPromise.safeParse(jsonIn(new TextEncoder().encode(promise)));
  if (!data) throw new Untrusted("has an entry of a transparency log that is none");
  const { SignedEntryTimestamp, Payload: { body, integratedTime, logIndex, logID } } = data;
  return [{
    logIndex: `${logIndex}`,
    logId: { keyId: Buffer.from(logID, "hex") },
    // Not what the body says: nobody reads it here.
    kindVersion: { kind: "hashedrekord", version: "0.0.1" },
    integratedTime: `${integratedTime}`,
    inclusionPromise: { signedEntryTimestamp: Buffer.from(SignedEntryTimestamp, "base64") },
    inclusionProof: undefined,
    canonicalizedBody: Buffer.from(body, "base64"),
  }];
}
