/** Signatures of cosign 3, as @sigstore/verify wants them. */
import { Buffer } from "node:buffer";
import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { dsse } from "@sigstore/core";
import { type SignedEntity, toSignedEntity } from "@sigstore/verify";
import { isSigned } from "./log_promise.ts";
import { checkStatement, jsonIn } from "./statement.ts";
import { Untrusted } from "./untrusted.ts";

const MOST_ENTRIES = 10;

/** Throws where it is no bundle, or of something else. */
export function bundleEntity(json: Uint8Array, digest: string): SignedEntity {
  const bundle = bundleFromJSON(jsonIn(json));
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const { rfc3161Timestamps = [] } = timestampVerificationData ?? {};
  if (tlogEntries.length + rfc3161Timestamps.length > MOST_ENTRIES) {
    throw new Untrusted("has too many times and entries of logs");
  }
  const { payload, payloadType } = envelopeOf(bundle);
  checkStatement(payload, digest);
  const entity = toSignedEntity(bundle);
  const { signature } = entity;
  const signed = dsse.preAuthEncoding(payloadType, Buffer.from(payload));
  return {
    ...entity,
    signature: {
      signature: signature.signature,
      compareSignature: (other) => signature.compareSignature(other),
      compareDigest: (other) => signature.compareDigest(other),
      compareSignedDigest: (other) => signature.compareSignedDigest(other),
      // Deno's `verify` has no digest of its own, see `log_promise.ts`.
      verifySignature: (key) => isSigned(signed, signature.signature, key),
    },
  };
}

function envelopeOf({ content }: Bundle) {
  if (content.$case !== "dsseEnvelope") throw new Untrusted("is of a file, not of an artifact");
  if (content.dsseEnvelope.payloadType !== "application/vnd.in-toto+json") {
    throw new Untrusted("is no statement of in-toto");
  }
  return content.dsseEnvelope;
}
