/** Whether a signature says what it has to: of this digest, by this signer. */
import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import { type SignedEntity, type TrustMaterial, Verifier } from "@sigstore/verify";
import { cutText, escapeText } from "../../alert/mod.ts";
import type { Signer } from "../../plugin/store/mod.ts";
import { bundleEntity } from "./bundle.ts";
import type { FoundSignature } from "./found.ts";
import { checkPromise } from "./log_promise.ts";
import { namesIn } from "./names.ts";
import { isWanted } from "./search.ts";
import { keyText } from "./signer.ts";
import { simpleEntity } from "./simple.ts";
import { checkPayload } from "./statement.ts";
import { Untrusted } from "./untrusted.ts";

export interface SignatureVerifier {
  /** Who signed. Throws `Untrusted` where the signature does not count, whatever is in it. */
  verify(found: FoundSignature, digest: string): string;
}

/** `trust`: whose certificates and logs count. */
export function verifierFor(signer: Signer, trust: TrustMaterial): SignatureVerifier {
  return {
    verify(found, digest) {
      try {
        const entity = entityOf(found, { digest, byKey: signer.kind === "key" });
        return signer.kind === "key"
          ? byKey(entity, signer, trust)
          : byIdentity(entity, signer, { kind: found.kind, trust });
      } catch (error) {
        if (error instanceof Untrusted) throw new Untrusted(told(error.message), { cause: error });
        // The packages say of what they are given what is wrong with it, in errors of many kinds.
        const why = error instanceof Error ? error.message : String(error);
        throw new Untrusted(`does not hold: ${told(why)}`, { cause: error });
      }
    },
  };
}

/** Registries have their say in these. */
function told(text: string): string {
  return escapeText(cutText(text, 300));
}

function entityOf(
  found: FoundSignature,
  { digest, byKey }: { readonly digest: string; readonly byKey: boolean },
): SignedEntity {
  switch (found.kind) {
    case "unreadable":
      throw new Untrusted(found.why);
    case "simple":
      checkPayload(found.payload, digest);
      return simpleEntity(found, { byKey });
    case "bundle":
      return bundleEntity(found.json, digest);
    default:
      return found satisfies never;
  }
}

type Key = Extract<Signer, { kind: "key" }>;
type Identity = Extract<Signer, { kind: "identity" }>;

/** A key counts whenever it was used: nobody says from when until when. */
function byKey(entity: SignedEntity, { pem, ignoresLog }: Key, trust: TrustMaterial): string {
  if (entity.key.$case !== "public-key") throw new Untrusted("is of a certificate, not of a key");
  const publicKey = createPublicKey(pem);
  const used = ignoresLog ? { ...entity, tlogEntries: [], timestamps: [] } : entity;
  verified(used, {
    trust: { ...trust, publicKey: () => ({ publicKey, validFor: () => true }) },
    ignoresLog,
    needsTime: false,
  });
  return keyText(pem);
}

/** Certificates are of minutes: somebody who is trusted has to say that they were used in these. */
function byIdentity(
  entity: SignedEntity,
  signer: Identity,
  { kind, trust }: { readonly kind: FoundSignature["kind"]; readonly trust: TrustMaterial },
): string {
  if (entity.key.$case !== "certificate") throw new Untrusted("is of a key, not of a certificate");
  const { ignoresLog } = signer;
  // Before the package looks at them, which stumbles over what is no list.
  const names = namesIn(entity.key.certificate, kind);
  const { identity } = verified(entity, { trust, ignoresLog, needsTime: true });
  const by = names.join(" and ") || "nobody";
  const issuer = issuerIn(identity);
  if (!isWanted(issuer, signer.issuer)) {
    throw new Untrusted(`is by ${by}, vouched for by ${issuer ?? "nobody"}`);
  }
  const name = names.find((name) => isWanted(name, signer.identity));
  if (name === undefined) throw new Untrusted(`is by ${by}`);
  return name;
}

type FoundIdentity = ReturnType<Verifier["verify"]>["identity"];

/** docs/oid-info.md of Fulcio, of now and of 2022. */
const ISSUER_EXTENSIONS = ["1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1"];

/** The package reads seven bits of each byte: what had eight would read like another one. */
function issuerIn(identity: FoundIdentity): string | undefined {
  const issuer = identity?.extensions?.issuer;
  if (issuer === undefined) return undefined;
  const bytes = Buffer.from(issuer, "latin1");
  const isThere = identity?.oids?.some(({ oid, value }) =>
    ISSUER_EXTENSIONS.includes(oid?.id.join(".") ?? "") && value.includes(bytes)
  );
  return isThere ? issuer : undefined;
}

function verified(
  entity: SignedEntity,
  { trust, ignoresLog, needsTime }: {
    readonly trust: TrustMaterial;
    readonly ignoresLog: boolean;
    readonly needsTime: boolean;
  },
) {
  if (entity.tlogEntries.length === 0 && !ignoresLog) {
    throw new Untrusted("is in no transparency log");
  }
  if (entity.timestamps.length === 0 && needsTime) {
    throw new Untrusted("has nobody's word for when it was made");
  }
  const promised = entity.tlogEntries.filter(({ inclusionPromise }) => inclusionPromise);
  for (const entry of promised) checkPromise(entry, entity.signature, trust);
  const others = entity.tlogEntries.filter((entry) => !promised.includes(entry));
  const isLogged = promised.length > 0;
  const verifier = new Verifier(trust, {
    ctlogThreshold: 1,
    tlogThreshold: ignoresLog || isLogged ? 0 : 1,
    timestampThreshold: needsTime ? 1 : 0,
  });
  return verifier.verify({ ...entity, tlogEntries: others });
}
