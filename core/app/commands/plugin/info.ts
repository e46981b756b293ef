/** `falcod plugin info`: an installed plugin, or one that could be. */
import { didYouMean } from "../../../base/mod.ts";
import {
  aboutCandidate,
  aboutPermissions,
  type Candidate,
  permissionTexts,
} from "../../../package/mod.ts";
import { signerText } from "../../../package/signature/signer.ts";
import { userIdOf } from "../../../plugin/isolated/policy.ts";
import { PLUGIN_NAME } from "../../../plugin/manifest.ts";
import {
  type InstalledPlugin,
  type LockEntry,
  openInstalled,
  PackageError,
  readLockFile,
} from "../../../plugin/store/mod.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../../print_lines.ts";
import { answered } from "./_answer.ts";
import {
  fetchCandidate,
  type FetchOptions,
  tellOfOtherSigner,
  wishedOrigin,
  type WishOptions,
} from "./_fetching.ts";

export interface InfoRequest extends FetchOptions, WishOptions {
  /** The name of an installed plugin, or where from. */
  readonly what: string;
  readonly folder: string;
  readonly json: boolean;
}

export async function infoCommand(request: InfoRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    if (PLUGIN_NAME.test(request.what)) {
      const entry = await installedEntry(request.folder, request.what);
      const plugin = await openInstalled(request.folder, entry, { anyApi: true });
      if (request.json) host.out.write(`${JSON.stringify(plainInstalled(plugin))}\n`);
      else printLines(aboutInstalled(plugin), host.out);
      return EXIT_OK;
    }
    const origin = await wishedOrigin(request.what, request, host);
    const candidate = await fetchCandidate(origin, request, host);
    tellOfOtherSigner(candidate, { origin }, host);
    if (request.json) host.out.write(`${JSON.stringify(plainCandidate(candidate))}\n`);
    else {
      const lines = [...aboutCandidate(candidate), ...aboutPermissions(candidate)];
      printLines(lines, host.out);
    }
    return EXIT_OK;
  });
}

/** Throws `PackageError` (I024) with what may have been meant. */
export async function installedEntry(folder: string, name: string): Promise<LockEntry> {
  const entries = await readLockFile(folder);
  const entry = entries.find((entry) => entry.name === name);
  if (entry) return entry;
  const names = entries.map(({ name }) => name);
  throw new PackageError("I024", `No plugin "${name}" is installed in "${folder}"`, {
    help: didYouMean(name, names) ?? "falcod plugin list shows those that are",
  });
}

function aboutInstalled({ entry, folder, ...plugin }: InstalledPlugin): readonly string[] {
  const manifest = plugin.kind === "package" ? plugin.manifest : undefined;
  const runsCode = manifest !== undefined && manifest.kind !== "rules";
  const may = plugin.kind === "library" ? ["everything"] : permissionTexts(plugin.granted);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["kind", entry.kind],
    ["from", entry.from],
    ["asked for", entry.requested],
    ["registry", entry.registry],
    ["checksum", entry.integrity],
    ["signed", signatureOf(entry)],
    ["installed", entry.installedAt],
    ["in", folder],
    ["files", entry.files.map(({ path }) => path).join(", ")],
    ["license", manifest?.license],
    ["homepage", manifest?.homepage],
    ["runs as", runsCode ? `user ${userIdOf(entry.name)}, where falcod is root` : undefined],
    ["may", may.join(", ") || "nothing"],
    ["asks for", manifest && (permissionTexts(manifest.permissions).join(", ") || "nothing")],
  ];
  return [
    `${entry.name} ${entry.version}${manifest ? `: ${manifest.description}` : ""}`,
    ...rows.flatMap(([label, value]) => value === undefined ? [] : `  ${label.padEnd(11)}${value}`),
  ];
}

function signatureOf({ signer, unverified }: LockEntry): string | undefined {
  if (!signer || !unverified) return signer && signerText(signer);
  return `nobody has looked, as --no-verify said; it has to be ${signerText(signer)}`;
}

function plainInstalled({ entry, folder, ...plugin }: InstalledPlugin) {
  const { granted, ...rest } = entry;
  const manifest = plugin.kind === "package" ? plugin.manifest : undefined;
  const permissions = { asked: manifest?.permissions, granted };
  return { ...rest, description: manifest?.description, permissions, folder };
}

function plainCandidate({ manifest, files, permissions, ...rest }: Candidate) {
  const { license, homepage, api } = manifest ?? {};
  const names = [...files].map(([path, { length }]) => ({ path, sizeBytes: length }));
  return { ...rest, license, homepage, api, files: names, permissions: { asked: permissions } };
}
