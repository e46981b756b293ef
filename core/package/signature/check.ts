/**
 * Whether what a registry gives is signed as it has to be, by signatures of cosign's, which falcoctl asks
 * for as well. `found.ts` fetches them, `verify.ts` holds them against a signer. What the packages of
 * Sigstore do: certificates, their logs, stamps of time, proofs of logs. What is done here: which digest
 * is signed, promises of logs, and who is the right one to sign.
 */
import { PackageError, type Signer } from "../../plugin/store/mod.ts";
import type { OciRepository } from "../oci_registry.ts";
import { signaturesOf } from "./found.ts";
import { signerText } from "./signer.ts";
import { trustedRoot } from "./trusted_root.ts";
import { Untrusted } from "./untrusted.ts";
import { verifierFor } from "./verify.ts";

export interface ToCheck {
  readonly repository: OciRepository;
  /** Of what was asked for: of an index, where it is one for several platforms. */
  readonly digest: string;
  /** With the digest, for people. */
  readonly from: string;
  readonly signer: Signer;
  /** "": the one that is carried. */
  readonly trustedRootFile: string;
}

/** Of what is wrong; first what has not come, which may be the right one. */
const MOST_SHOWN = 3;

/** Who signed; throws `PackageError` (I006, I007, and I002 where the registry does not answer). */
export async function checkSigned(
  { repository, digest, from, signer, trustedRootFile }: ToCheck,
): Promise<string> {
  const verifier = verifierFor(signer, trustedRoot(trustedRootFile));
  const { signatures, trouble } = await signaturesOf(repository, digest);
  const unread: string[] = [], wrong: string[] = [];
  for (const found of signatures) {
    try {
      return verifier.verify(found, digest);
    } catch (error) {
      if (!(error instanceof Untrusted)) throw error;
      (found.kind === "unreadable" ? unread : wrong).push(`a signature that ${error.message}`);
    }
  }
  if (trouble && signatures.length === 0) throw trouble;
  const reasons = [...new Set([...unread, ...wrong])];
  const shown = reasons.slice(0, MOST_SHOWN).join(", ") || "no signature";
  const left = reasons.length - MOST_SHOWN;
  const more = left > 0 ? `, and ${left} ${left === 1 ? "other" : "others"}` : "";
  const unseen = trouble ? `; there may be others: ${trouble.message}` : "";
  const found = `${shown}${more}${unseen}`;
  throw new PackageError("I006", `"${from}" is not signed as it has to be: there is ${found}`, {
    help: `it has to be signed ${signerText(signer)}; do not use it before you know why it is ` +
      "not, or say --no-verify",
  });
}
