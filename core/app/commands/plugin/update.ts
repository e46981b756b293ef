/** `falcod plugin update`: newer versions, with no more rights than before unless somebody says so. */
import { escapeUnprintable } from "../../../alert/mod.ts";
import {
  type Candidate,
  type Choice,
  grantedBy,
  isUnverified,
  newlyAsked,
  type Origin,
  parseOrigin,
  permissionsIn,
  permissionText,
  permissionTexts,
  together,
} from "../../../package/mod.ts";
import { compareVersions } from "../../../plugin/api_version.ts";
import { grantedOf, NO_PERMISSIONS, type PluginPermissions } from "../../../plugin/permissions.ts";
import {
  install,
  type LockEntry,
  openInstalled,
  PackageError,
  readLockFile,
  sha256Of,
} from "../../../plugin/store/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../../print_lines.ts";
import { agreed, answered, canAsk } from "./_answer.ts";
import { libraryPathIn } from "./add.ts";
import { fetchCandidate, type FetchOptions, originOptions } from "./_fetching.ts";
import { installedEntry } from "./info.ts";

export interface UpdateRequest extends FetchOptions, Choice {
  /** None: all. */
  readonly names: readonly string[];
  readonly folder: string;
  /** Nobody is asked: what is newly asked for and not denied is granted. */
  readonly yes: boolean;
  readonly json: boolean;
}

interface Outcome {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** `kept` is the same version, or an older one. */
  readonly result: "updated" | "kept" | "failed";
  readonly newlyAsked: readonly string[];
}

/** Exit code 1 when one could not be updated; the others are all the same. */
export async function updateCommand(request: UpdateRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    const { folder, names } = request;
    for (const name of names) await installedEntry(folder, name);
    const entries = (await readLockFile(folder))
      .filter(({ name }) => names.length === 0 || names.includes(name));
    const outcomes: Outcome[] = [];
    for (const entry of entries) {
      let outcome: Outcome = outcomeOf(entry, { result: "failed" });
      // Of several, each has its own troubles.
      await answered({ json: false }, host, async () => {
        outcome = await updateOne(entry, request, host);
        return EXIT_OK;
      });
      outcomes.push(outcome);
      if (!request.json) printLines([inWords(outcome)], host.out);
    }
    if (request.json) host.out.write(`${JSON.stringify(outcomes)}\n`);
    return outcomes.some(({ result }) => result === "failed") ? EXIT_FAILURE : EXIT_OK;
  });
}

function outcomeOf(
  { name, version }: LockEntry,
  { to = version, ...rest }: Partial<Outcome> & Pick<Outcome, "result">,
): Outcome {
  return { name, from: version, to, newlyAsked: [], ...rest };
}

function inWords({ name, from, to, result }: Outcome): string {
  switch (result) {
    case "updated":
      return `updated ${name} ${from} to ${to}`;
    case "kept":
      return `kept ${name} ${from}`;
    case "failed":
      return `failed ${name} ${from}`;
    default:
      return result satisfies never;
  }
}

async function updateOne(entry: LockEntry, request: UpdateRequest, host: Host): Promise<Outcome> {
  const { folder } = request;
  const origin = originOf(entry, host);
  if (origin.kind === "web" && origin.address.isForgotten) {
    printLines([
      `${entry.name}: of ${entry.requested}, what was secret in it was not kept, so nobody was ` +
      "asked; give falcod plugin add the address again, or one with '${VARIABLE}' in its place",
    ], host.error);
    return outcomeOf(entry, { result: "kept" });
  }
  const candidate = await fetchCandidate(origin, request, host);
  if (candidate.name !== entry.name || candidate.kind !== entry.kind) {
    throw new PackageError(
      "I019",
      `What ${entry.requested} has now is the ${candidate.kind} "${candidate.name}"`,
      { help: "it is another plugin: add it, and remove this one, if that is what you want" },
    );
  }
  if (await isSame(entry, candidate)) return outcomeOf(entry, { result: "kept" });
  // A version of npm is published once.
  if (origin.kind === "npm" && candidate.from === entry.from) {
    throw new PackageError("I004", `${entry.from} has other files than when it was installed`, {
      help:
        "its maker or its registry has changed them; falcod plugin add takes it all the same, " +
        "when you know why",
    });
  }
  if (compareVersions(candidate.version, entry.version) < 0) {
    printLines([
      `${entry.name}: ${entry.requested} has ${candidate.version} now, which is older; ` +
      "falcod plugin add takes it all the same",
    ], host.error);
    return outcomeOf(entry, { result: "kept" });
  }
  const before = await askedBefore(folder, entry);
  const more = newlyAsked(candidate.permissions, before);
  const granted = together(
    grantedOf(candidate.permissions, entry.granted),
    await agreedOn(more, { entry, candidate, request, host }),
  );
  const { name, version, kind, from, registry, integrity, signer, files } = candidate;
  const { requested } = entry;
  const unverified = isUnverified(candidate);
  const what = { name, version, kind, requested, from, registry, integrity, signer, unverified };
  const wanted = { ...what, files, granted };
  const now = await install(folder, wanted, {
    mayReplace: (there) => refuseChanged(there, entry),
  });
  const libraryPath = libraryPathIn(folder, now);
  if (libraryPath) printLines([`${name}: library_path is ${libraryPath} now`], host.error);
  return outcomeOf(entry, { result: "updated", to: version, newlyAsked: permissionTexts(more) });
}

/**
 * Where it came from: a registry that has been named since may have another of the same name. Whoever
 * had to sign it has to sign what comes now.
 */
function originOf({ requested, registry, signer }: LockEntry, host: Host): Origin {
  const origin = parseOrigin(requested, originOptions({}, host));
  if (origin.kind === "npm") return { ...origin, registry };
  return origin.kind === "oci" ? { ...origin, signer } : origin;
}

async function isSame(entry: LockEntry, { version, files }: Candidate): Promise<boolean> {
  if (version !== entry.version || files.size !== entry.files.length) return false;
  for (const { path, sha256 } of entry.files) {
    const bytes = files.get(path);
    if (!bytes || await sha256Of(bytes) !== sha256) return false;
  }
  return true;
}

/** A plugin that is damaged asked for nothing as far as we know. */
async function askedBefore(folder: string, entry: LockEntry): Promise<PluginPermissions> {
  try {
    const plugin = await openInstalled(folder, entry, { anyApi: true });
    return plugin.kind === "package" ? plugin.manifest.permissions : NO_PERMISSIONS;
  } catch (error) {
    if (error instanceof PackageError) return entry.granted;
    throw error;
  }
}

/** What of `more` is granted: as the flags say, else as somebody says who is asked. */
async function agreedOn(
  more: PluginPermissions,
  { entry, candidate, request, host }: {
    readonly entry: LockEntry;
    readonly candidate: Candidate;
    readonly request: UpdateRequest;
    readonly host: Host;
  },
): Promise<PluginPermissions> {
  const wanted = permissionsIn(more);
  if (wanted.length === 0) return NO_PERMISSIONS;
  const { grant, deny } = request;
  if (grant.length > 0) return grantedBy({ grant, deny }, more);
  const left = grantedBy({ grant, deny }, more);
  if (permissionsIn(left).length === 0) return NO_PERMISSIONS;
  if (request.yes) return left;
  const lines = permissionsIn(left).map((permission) => `  - ${permissionText(permission)}`);
  const title = `${entry.name} ${candidate.version} asks for more than ${entry.version} did`;
  if (!canAsk(host)) {
    throw new PackageError("I019", `${title}: ${permissionTexts(left).join(", ")}`, {
      help: "--yes allows it; --grant and --deny say what it may do of that",
    });
  }
  printLines([`${title}: it wants to`, ...lines], host.error);
  if (await agreed("Update it, and allow this?", host)) return left;
  throw new PackageError("I019", escapeUnprintable(`${title}, and was not updated`), {
    help: "--deny updates it without",
  });
}

function refuseChanged(there: LockEntry | undefined, before: LockEntry): void {
  if (there?.version === before.version && there.installedAt === before.installedAt) return;
  throw new PackageError(
    "I022",
    `Somebody else has changed the plugin "${before.name}" meanwhile`,
    {
      help: "look at it with falcod plugin info, and try again",
    },
  );
}
