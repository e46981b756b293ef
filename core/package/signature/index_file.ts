/** falcoctl's index: which repository has to be signed by whom. */
import { createPublicKey } from "node:crypto";
import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { decodeText, didYouMean, nearest, plainValue, reasonOf, Report } from "../../base/mod.ts";
import { textOfFile } from "../../base/text_file.ts";
import { readStrictYaml } from "../../base/yaml.ts";
import { PackageError, packageErrorOf, type Signer, type Wanted } from "../../plugin/store/mod.ts";
import type { OciOrigin } from "../origin.ts";
import { type CosignEntry, falcoctlIndex, type IndexEntry } from "./schema.ts";
import { expressionProblem } from "./search.ts";

const MAX_INDEX_BYTES = 4 << 20;
const MAX_KEY_BYTES = 16 << 10;

/**
 * Whom the index names for the repository; absent: it lists it without a signature. Throws
 * `PackageError` (I007) where it cannot be read, or does not list it.
 */
export function signerInIndex(path: string, origin: OciOrigin): Signer | undefined {
  const entries = readIndex(path).filter(({ registry, repository }) =>
    registry.toLowerCase() === origin.host.toLowerCase() && repository === origin.repository
  );
  const [entry] = entries;
  if (!entry) {
    throw unusable(path, `it has no entry for ${origin.host}/${origin.repository}`, {
      help:
        "its entries have a registry and a repository: what it does not list nobody vouches for",
    });
  }
  const other = entries.find(({ signature }) =>
    !isDeepStrictEqual(signature ?? null, entry.signature ?? null)
  );
  if (other) {
    const place = `${origin.host}/${origin.repository}`;
    throw unusable(path, `"${entry.name}" and "${other.name}" differ in who signs ${place}`, {
      help: "nobody can say which of them is right: leave one of them out",
    });
  }
  const cosign = cosignOf(entry, path);
  return cosign ? signerOf(cosign, { path, name: entry.name }) : undefined;
}

/**
 * `falco-rules:3` as falcoctl reads it: the entry of that name. Absent: the text is no such name. Throws
 * `PackageError` (I007) where the index cannot be read, or has no entry of the name that says where it is.
 */
export function placeInIndex(path: string, text: string): string | undefined {
  const [, name, tag = "latest"] = /^([a-z0-9][\w.-]*)(?::(\w[\w.-]*))?$/i.exec(text) ?? [];
  if (name === undefined) return undefined;
  const entries = readIndex(path);
  const entry = entries.find((entry) => entry.name === name);
  if (!entry) {
    throw unusable(path, `it has no entry "${name}"`, {
      help: didYouMean(name, entries.map(({ name }) => name)) ?? "write oci://host/repository:tag",
    });
  }
  if (entry.registry === "" || entry.repository === "") {
    throw unusable(path, `"${name}" has no registry and repository`, {
      help: "both say where it is",
    });
  }
  return `oci://${entry.registry}/${entry.repository}:${tag}`;
}

/** Absent: the entry says nothing of signatures, not even with a slip of the pen. */
function cosignOf(entry: IndexEntry, path: string): CosignEntry | undefined {
  refuseSlip(entry, "signature", { path, name: entry.name });
  const { signature } = entry;
  if (!signature) return undefined;
  refuseSlip(signature, "cosign", { path, name: entry.name });
  if (signature.cosign) return signature.cosign;
  throw unusable(path, `the signature of "${entry.name}" has no "cosign"`, {
    help: "signatures of cosign are the only ones there are: without it, leave signature out",
  });
}

/** What is passed over would be a signature that nobody asks for. */
function refuseSlip(
  mapping: Readonly<Record<string, unknown>>,
  key: string,
  { path, name }: Place,
): void {
  if (Object.hasOwn(mapping, key)) return;
  const slip = Object.keys(mapping).find((other) => other === "<<" || nearest(other, [key]));
  if (slip === undefined) return;
  throw unusable(path, `"${name}" has the key "${slip}", which means nothing here`, {
    help: slip === "<<" ? "write out what it stands for" : `did you mean "${key}"?`,
  });
}

function readIndex(path: string) {
  const report = new Report();
  const source = decodeText(path, new TextEncoder().encode(textOf(path, MAX_INDEX_BYTES)), report);
  const [document] = source ? readStrictYaml(source, report) : [];
  if (report.diagnostics.some(({ severity }) => severity === "error")) throw packageErrorOf(report);
  const { data, error } = falcoctlIndex.safeParse(document?.root && plainValue(document.root));
  if (data) return data;
  const [issue] = error.issues;
  const place = issue?.path.length ? `"${issue.path.join(".")}": ` : "";
  throw unusable(path, `${place}${issue?.message}`, {
    help: "an index of falcoctl is a list of entries, each with name, registry and repository",
  });
}

interface Place {
  readonly path: string;
  readonly name: string;
}

function signerOf(entry: CosignEntry, place: Place): Signer {
  const ignoresLog = entry["ignore-tlog"];
  if (entry.key) return { kind: "key", pem: keyIn(entry.key, place), ignoresLog };
  const of = (what: "certificate-oidc-issuer" | "certificate-identity") =>
    wantedIn(what, entry[what], entry[`${what}-regexp`], place);
  const issuer = of("certificate-oidc-issuer"), identity = of("certificate-identity");
  return { kind: "identity", issuer, identity, ignoresLog };
}

/** An expression counts where both are there, as in cosign. */
function wantedIn(
  what: string,
  is: string | undefined,
  matches: string | undefined,
  { path, name }: Place,
): Wanted {
  if (matches) {
    const problem = expressionProblem(matches);
    if (!problem) return { matches };
    throw unusable(path, `"${what}-regexp" of "${name}": ${problem.message}`, {
      help: problem.help,
    });
  }
  if (is) return { is };
  throw unusable(path, `the signature of "${name}" has neither "${what}" nor "${what}-regexp"`, {
    help: "it takes the issuer and the identity, or a key: anybody could sign otherwise",
  });
}

/** Beside the index, unless the path is absolute. */
function keyIn(given: string, { path, name }: Place): string {
  if (/^[a-z0-9+]+:\/\//i.test(given)) {
    throw unusable(path, `the key of "${name}" is "${given}", and keys are taken from files only`, {
      help: "write the public key to a file (cosign public-key --key …), and name that",
    });
  }
  const pem = textOf(resolve(dirname(path), given), MAX_KEY_BYTES);
  const type = keyType(pem);
  if (type === "ec" || type === "rsa") return pem;
  throw unusable(path, `the key of "${name}", "${given}", is ${type ?? "none"}`, {
    help: "it has to be a public key in PEM, of ECDSA or RSA",
  });
}

function keyType(pem: string): string | undefined {
  // A private key has a public one in it, and does not belong into a lock file.
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----/m.test(pem)) return undefined;
  try {
    return createPublicKey(pem).asymmetricKeyType;
  } catch {
    return undefined;
  }
}

function textOf(path: string, maxBytes: number): string {
  try {
    return textOfFile(path, maxBytes);
  } catch (error) {
    throw unusable(path, reasonOf(error), { cause: error });
  }
}

/** For what signatures are held against. */
export function unusable(
  path: string,
  what: string,
  options: { readonly help?: string | undefined; readonly cause?: unknown },
): PackageError {
  return new PackageError("I007", `Cannot use "${path}": ${what}`, options);
}
