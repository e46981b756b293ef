/** `falcod plugin add`: fetches a plugin, shows what it wants, and installs it. */
import { join, resolve } from "node:path";
import {
  aboutCandidate,
  aboutPermissions,
  type Candidate,
  grantedBy,
  isUnverified,
  originText,
  permissionTexts,
} from "../../../package/mod.ts";
import type { PluginPermissions } from "../../../plugin/permissions.ts";
import { signerText } from "../../../package/signature/signer.ts";
import {
  install,
  type LockEntry,
  PackageError,
  readLockFile,
  type Signer,
  versionFolder,
} from "../../../plugin/store/mod.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../../print_lines.ts";
import { agreed, answered, canAsk } from "./_answer.ts";
import {
  fetchCandidate,
  type FetchOptions,
  tellOfOtherSigner,
  wishedOrigin,
  type WishOptions,
} from "./_fetching.ts";

export interface AddRequest extends FetchOptions, WishOptions {
  readonly from: string;
  readonly folder: string;
  /** Nobody is asked. */
  readonly yes: boolean;
  readonly grant: readonly string[];
  readonly deny: readonly string[];
  /** Native code is taken. */
  readonly trusted: boolean;
  /** Also a plugin of that name from somewhere else gives way. */
  readonly replace: boolean;
  readonly json: boolean;
}

/** Exit code 1 where nothing was installed. */
export async function addCommand(request: AddRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    const origin = await wishedOrigin(request.from, request, host);
    const candidate = await fetchCandidate(origin, request, host);
    refuseNative(candidate, request);
    const there = (await readLockFile(request.folder)).find(({ name }) => name === candidate.name);
    tellOfOtherSigner(candidate, { origin, installed: there?.signer }, host);
    const granted = grantedBy(request, candidate.permissions);
    const requested = originText(origin);
    if (!request.json || !request.yes) printLines(about(candidate, granted), host.error);
    await agree(request, host);
    const { name, version, kind, from, registry, integrity, signer, files } = candidate;
    const unverified = isUnverified(candidate);
    const what = { name, version, kind, requested, from, registry, integrity, signer, unverified };
    const wanted = { ...what, files, granted };
    const entry = await install(request.folder, wanted, {
      mayReplace: (there) =>
        refuseStranger(there, { requested, registry, signer, replace: request.replace }),
    });
    tell(entry, candidate, { ...request, host });
    return EXIT_OK;
  });
}

function about(candidate: Candidate, granted: PluginPermissions): readonly string[] {
  const denied = permissionTexts(candidate.permissions)
    .filter((text) => !permissionTexts(granted).includes(text));
  return [
    ...aboutCandidate(candidate),
    ...aboutPermissions(candidate),
    ...denied.length > 0
      ? [`You allow ${permissionTexts(granted).join(", ") || "none of it"}.`]
      : [],
  ];
}

function refuseNative({ kind, name }: Candidate, { trusted }: AddRequest): void {
  if (kind !== "library" || trusted) return;
  throw new PackageError("I016", `"${name}" is native code, which cannot be held back`, {
    help: "it runs as falcod does, as root; --trusted installs it if you trust its maker with that",
  });
}

async function agree({ yes }: AddRequest, host: Host): Promise<void> {
  if (yes) return;
  if (!canAsk(host)) {
    throw new PackageError("I018", "Nobody is there to be asked, so nothing was installed", {
      help: "--yes installs it with what it asks for; --grant and --deny choose",
    });
  }
  if (await agreed("Install it?", host)) return;
  throw new PackageError("I018", "Nothing was installed, as you said", {
    help: "--grant and --deny choose what it may do",
  });
}

/** Somebody may call a package as another is called. */
function refuseStranger(
  there: LockEntry | undefined,
  { requested, registry, signer, replace }: {
    readonly requested: string;
    readonly registry: string | undefined;
    readonly signer: Signer | undefined;
    readonly replace: boolean;
  },
): void {
  if (!there || replace) return;
  if (there.signer && !signer) {
    throw new PackageError(
      "I006",
      `"${there.name}" is installed as a plugin that has to be signed, and nobody says so now`,
      {
        help: `it has to be signed ${signerText(there.signer)}: --index says so again, ` +
          "--replace takes one that nobody has to sign",
      },
    );
  }
  const isSame = placeOf(there.requested) === placeOf(requested);
  if (isSame && (there.registry ?? registry) === registry) return;
  const inWords = (requested: string, registry: string | undefined) =>
    registry === undefined ? requested : `${requested} of ${registry}`;
  throw new PackageError(
    "I015",
    `A plugin "${there.name}" is installed already, from ${
      inWords(there.requested, there.registry)
    }`,
    { help: `--replace puts the one from ${inWords(requested, registry)} in its place` },
  );
}

/** Without the version: `npm:name`, `oci://host/repository`, an address. */
function placeOf(requested: string): string {
  return requested.replace(/^(npm:@?[^@]+)@.*$/, "$1")
    .replace(/^(oci:\/\/[^/]+\/[^:@]+)[:@].*$/, "$1")
    .replace(/^https:\/\/(?:[^/?#]*@)?([^/?#]*)([^?#]*\/)?.*$/, "https://$1$2");
}

function tell(
  entry: LockEntry,
  candidate: Candidate,
  { json, host, folder }: AddRequest & { readonly host: Host },
): void {
  if (json) {
    const { files: _files, granted, ...rest } = entry;
    const permissions = { asked: candidate.permissions, granted };
    host.out.write(`${JSON.stringify({ ...rest, permissions, folder })}\n`);
    return;
  }
  printLines([`installed ${entry.name} ${entry.version}`], host.out);
  if (host.error.isTerminal) printLines(["", ...howToWire(entry, folder)], host.error);
}

/** What falco.yaml wants. */
function howToWire(entry: LockEntry, folder: string): readonly string[] {
  const { name, kind } = entry;
  if (kind === "sink") {
    return ["To send alerts to it, in falco.yaml:", "", "sinks:", `  - type: ${name}`];
  }
  if (kind === "formatter") {
    return ["To have alerts look like that, in a sink of falco.yaml:", "", `    format: ${name}`];
  }
  return [
    "To load it, in falco.yaml:",
    "",
    "plugins:",
    `  - name: ${name}`,
    `    library_path: ${libraryPathIn(folder, entry) ?? name}`,
    "",
    `Where falco.yaml has load_plugins, ${name} has to be in that list, too; without it all are loaded.`,
  ];
}

/** Libraries are loaded by their path, in which is their version; absent: it is none. */
export function libraryPathIn(folder: string, entry: LockEntry): string | undefined {
  const { kind, name, version, files } = entry;
  const library = kind === "library" ? files.find(({ path }) => path.endsWith(".so")) : undefined;
  return library && join(versionFolder(resolve(folder), name, version), library.path);
}
