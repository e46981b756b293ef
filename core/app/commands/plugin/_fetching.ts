/** Fetching for commands: with progress on a terminal, and until somebody presses Ctrl-C. */
import { Report } from "../../../base/mod.ts";
import {
  type Candidate,
  candidateOf,
  type Fetching,
  fetchPackage,
  type Origin,
  type OriginOptions,
  originText,
  parseOrigin,
} from "../../../package/mod.ts";
import { areSameSigner, knownSigner, signerText } from "../../../package/signature/signer.ts";
import { PackageError, type Signer } from "../../../plugin/store/mod.ts";
import type { Host } from "../../host.ts";
import { bytesText, showProgress } from "../../progress.ts";
import { printDiagnostics } from "../../report.ts";

export interface FetchOptions {
  /** `--ca` */
  readonly certificateFile: string | undefined;
  /** `--plain-http` */
  readonly plainHttp: boolean;
  /** `--trusted-root` */
  readonly trustedRootFile: string | undefined;
  /** Not with `--no-verify`. */
  readonly verifies: boolean;
}

export interface WishOptions {
  readonly sha256: string | undefined;
  /** `--index`: who has to have signed what is in a registry of OCI, and where names of it are. */
  readonly indexFile: string | undefined;
}

/** Throws `PackageError`: a place that is not clear, or an index that cannot be used. */
export async function wishedOrigin(
  text: string,
  options: WishOptions,
  host: Host,
): Promise<Origin> {
  const { indexFile } = options;
  if (indexFile === undefined) return parseOrigin(text, originOptions(options, host));
  // It brings the reader of YAML.
  const { placeInIndex, signerInIndex } = await import("../../../package/signature/index_file.ts");
  const place = placeInIndex(indexFile, text) ?? text;
  const origin = parseOrigin(place, originOptions(options, host));
  if (origin.kind !== "oci") {
    throw new PackageError("I001", "--index is for registries of OCI", {
      help: "it says who signs what is in them: ask for oci://host/repository:tag, or leave it out",
    });
  }
  return { ...origin, signer: signerInIndex(indexFile, origin) };
}

/** What addresses may name, and what archives have to have. */
export function originOptions(
  { sha256 }: { readonly sha256?: string | undefined },
  host: Host,
): OriginOptions {
  return { sha256, environment: (name) => host.environment(name) };
}

/** What is there, looked at, and free to be called what it is called. Throws `PackageError`. */
export async function fetchCandidate(
  origin: Origin,
  options: FetchOptions,
  host: Host,
): Promise<Candidate> {
  const progress = showProgress(`fetching ${originText(origin)}`, host.error);
  const stopped = new AbortController();
  const listening = host.onStop(() => stopped.abort());
  const fetching: Fetching = {
    environment: (name) => host.environment(name),
    certificateFile: options.certificateFile ?? host.environment("SSL_CERT_FILE") ?? "",
    allowsPlain: options.plainHttp,
    trustedRootFile: options.trustedRootFile ?? "",
    verifies: options.verifies,
    progress: (done, total) => progress.tell(bytesText(done, total)),
    signal: stopped.signal,
  };
  try {
    const candidate = await candidateOf(await fetchPackage(origin, fetching));
    refuseNamesOfOurs(candidate, host);
    if (candidate.signer && !options.verifies) warnOf(candidate, candidate.signer, host);
    return { ...candidate, notes: [...candidate.notes, ...await notesOf(candidate)] };
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    throw new PackageError("I002", "Fetching was stopped", { help: "nothing was installed" });
  } finally {
    listening.release();
    progress.end();
  }
}

/**
 * Told where others have to sign than before: `installed`, or those that Falco names itself. An index
 * from somebody else would make what they sign the right thing without a word.
 */
export function tellOfOtherSigner(
  { name, signer }: Candidate,
  { origin, installed }: { readonly origin: Origin; readonly installed?: Signer | undefined },
  host: Host,
): void {
  const before = installed ?? (origin.kind === "oci" ? knownSigner(origin) : undefined);
  if (!before || !signer || areSameSigner(before, signer)) return;
  const since = installed ? "when it was installed" : "Falco says";
  const report = new Report();
  report.add({
    code: "I006",
    severity: "warning",
    title: `"${name}" has to be signed in another way than ${since}`,
    help: `before: signed ${signerText(before)}; now: signed ${signerText(signer)}; make sure ` +
      "that whoever wrote the index may say so",
  });
  printDiagnostics(report.diagnostics, 0, { output: host.error });
}

/** Told of what is asked for again, too: whoever says --no-verify in a script may have forgotten it. */
function warnOf({ from }: Candidate, signer: Signer, host: Host): void {
  const report = new Report();
  report.add({
    code: "I006",
    severity: "warning",
    title: `nobody has looked whether "${from}" is signed, as --no-verify says`,
    help: `it has to be signed ${signerText(signer)}`,
  });
  printDiagnostics(report.diagnostics, 0, { output: host.error });
}

/** Of Falco's plugins some are built in, and keep their entry in falco.yaml. */
async function notesOf({ kind, name }: Candidate): Promise<readonly string[]> {
  if (kind !== "library") return [];
  const { isBuiltIn } = await import("../../config/plugin_entry.ts");
  return isBuiltIn(name) ? ["what it does is built in: falco.yaml may name it without it"] : [];
}

/**
 * A package that is called as a plugin of falcod's own would stand in for it, or seem to. Libraries only
 * bring sources, and Falco has one that is called "json".
 */
function refuseNamesOfOurs({ name, kind, manifest }: Candidate, { plugins }: Host): void {
  const events = manifest?.source?.name;
  if (plugins.some((plugin) => plugin.kind === "source" && plugin.name === events)) {
    throw new PackageError(
      "I015",
      `"${name}" delivers events of ${events}, as falcod itself does`,
      {
        help: "its events have to be called something else; tell whoever made it",
      },
    );
  }
  const sameName = plugins.find((plugin) =>
    plugin.name === name && (kind !== "library" || plugin.kind === "source")
  );
  if (!sameName) return;
  throw new PackageError("I015", `"${name}" is the name of a ${sameName.kind} of falcod's own`, {
    help: "the package has to be called something else; tell whoever made it",
  });
}
