/** Whose certificates and logs count: Sigstore's own, or those of a file. */
import { parseBoundedJson, reasonOf } from "../../base/mod.ts";
import { textOfFile } from "../../base/text_file.ts";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial, type TrustMaterial } from "@sigstore/verify";
import { unusable } from "./index_file.ts";
/**
 * Sigstore's public instance, as its TUF repository had it when version 5.0.1 of npm's @sigstore/tuf was
 * published: `trusted_root.json` in `seeds.json` of that package. It changes once in a few years, when a
 * log or an authority is added.
 */
import sigstoreRoot from "./sigstore_root.json" with { type: "json" };

const MAX_ROOT_BYTES = 1 << 20;
const ROOT_BOUNDS = { depth: 16, values: 20_000 };

/** Throws `PackageError` (I007). `file`: `trusted_root.json` of Sigstore, "" for the one carried. */
export function trustedRoot(file: string): TrustMaterial {
  if (file === "") return trustOf(sigstoreRoot);
  try {
    const text = textOfFile(file, MAX_ROOT_BYTES);
    return trustOf(parseBoundedJson(new TextEncoder().encode(text), ROOT_BOUNDS));
  } catch (error) {
    throw unusable(file, reasonOf(error), {
      help: "a trusted root is a JSON file of Sigstore's: cosign trusted-root create makes one",
      cause: error,
    });
  }
}

function trustOf(value: unknown): TrustMaterial {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(value));
  if (trust.certificateAuthorities.length + trust.tlogs.length > 0) return trust;
  throw new Error("it names neither an authority nor a log");
}
