/** What falcoctl's indexes say of signatures, and what cosign keeps in registries. */
import * as z from "zod";

const plain = (max: number) => z.string().max(max);
const asked = plain(2048).optional();

/** pkg/index/index/index.go of falcoctl. */
export const falcoctlIndex = z.array(z.looseObject({
  name: plain(256),
  registry: plain(256).default(""),
  repository: plain(256).default(""),
  signature: z.looseObject({
    cosign: z.looseObject({
      "certificate-oidc-issuer": asked,
      "certificate-oidc-issuer-regexp": asked,
      "certificate-identity": asked,
      "certificate-identity-regexp": asked,
      key: asked,
      "ignore-tlog": z.boolean().default(false),
    }).nullish(),
  }).nullish(),
})).max(10_000);
export type IndexEntry = z.output<typeof falcoctlIndex>[number];
export type CosignEntry = NonNullable<NonNullable<IndexEntry["signature"]>["cosign"]>;

const MAX_ANNOTATION = 64 << 10;

const described = z.looseObject({
  mediaType: plain(256).default(""),
  artifactType: plain(256).optional(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().min(0),
  annotations: z.record(plain(256), plain(MAX_ANNOTATION)).optional(),
});
export type Described = z.output<typeof described>;

/** specs/SIGNATURE_SPEC.md of cosign: one layer a signature. */
export const signatureManifest = z.looseObject({ layers: z.array(described).max(1000) });

/** OCI distribution-spec, "Listing Referrers". */
export const referrers = z.looseObject({ manifests: z.array(described).max(1000) });

/** What is signed: "simple signing" of containers. */
export const simplePayload = z.looseObject({
  critical: z.looseObject({
    type: plain(256),
    image: z.looseObject({ "docker-manifest-digest": plain(256) }),
  }),
});

/** `dev.sigstore.cosign/bundle`: the log's promise that it has the signature. */
export const logPromise = z.looseObject({
  SignedEntryTimestamp: plain(4096),
  Payload: z.looseObject({
    body: plain(MAX_ANNOTATION),
    integratedTime: z.int().min(1).max(2 ** 40),
    logIndex: z.int().min(0),
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});

/** Bodies of entries in Rekor: `hashedrekord` and `dsse`, 0.0.1. */
export const logBody = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("hashedrekord"),
    apiVersion: z.literal("0.0.1"),
    spec: z.looseObject({
      data: z.looseObject({
        hash: z.looseObject({ algorithm: z.literal("sha256"), value: plain(128) }),
      }),
      signature: z.looseObject({ content: plain(MAX_ANNOTATION) }),
    }),
  }),
  z.looseObject({
    kind: z.literal("dsse"),
    apiVersion: z.literal("0.0.1"),
    spec: z.looseObject({
      payloadHash: z.looseObject({ algorithm: z.literal("sha256"), value: plain(128) }),
      signatures: z.array(z.looseObject({ signature: plain(MAX_ANNOTATION) })).length(1),
    }),
  }),
]);

/** in-toto's statement, as cosign 3 signs it. */
export const statement = z.looseObject({
  predicateType: plain(256),
  subject: z.array(z.looseObject({ digest: z.record(plain(32), plain(256)) })).max(100),
});
