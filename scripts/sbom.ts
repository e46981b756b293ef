/**
 * What is in the binary, as CycloneDX 1.5: `deno run -A scripts/sbom.ts > dist/falcod.cdx.json`.
 *
 * Packages and their digests are those of deno.lock, licences what the installed packages say, and native
 * libraries those of this Debian. The same each time for the same sources.
 */
import { fileURLToPath } from "node:url";
import { VERSION } from "../core/app/version.ts";

export interface Component {
  readonly "type": "library" | "platform";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly expression: string }[];
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

/** As much of deno.lock as is used: packages by `name@version`, or `name@version_of-peers`. */
interface LockFile {
  readonly npm?: Readonly<Record<string, { readonly integrity?: string }>>;
}

export type LicenseOf = (name: string, version: string) => string | undefined;

/** The packages of a deno.lock, by name; each version once. */
export function npmComponents(lock: LockFile, licenseOf: LicenseOf): readonly Component[] {
  const components = new Map<string, Component>();
  for (const [key, { integrity }] of Object.entries(lock.npm ?? {})) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
    if (name === undefined || version === undefined) throw new Error(`deno.lock has "${key}"`);
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const license = licenseOf(name, version);
    components.set(purl, {
      type: "library",
      name,
      version,
      purl,
      ...license !== undefined && { licenses: [{ expression: license }] },
      ...integrity !== undefined && { hashes: [hashOf(integrity)] },
    });
  }
  return [...components.values()].sort((a, b) => a.purl < b.purl ? -1 : 1);
}

/** Subresource integrity, as lock files have it. */
function hashOf(integrity: string): { readonly alg: "SHA-512"; readonly content: string } {
  const [, text] = /^sha512-([A-Za-z0-9+/]+={0,2})$/.exec(integrity) ?? [];
  if (text === undefined) {
    throw new Error(`deno.lock has an integrity that is no SHA-512: ${integrity}`);
  }
  return { alg: "SHA-512", content: Uint8Array.fromBase64(text).toHex() };
}

/** Libraries in the binary, by Debian's packages. */
const NATIVE = [
  { name: "libbpf1", license: "LGPL-2.1-only OR BSD-2-Clause" },
  { name: "libelf1", license: "LGPL-3.0-or-later OR GPL-2.0-or-later" },
  { name: "zlib1g", license: "Zlib" },
] as const;

async function nativeComponents(): Promise<readonly Component[]> {
  return await Promise.all(NATIVE.map(async ({ name, license }) => {
    const args = ["-W", "-f", "${Version}", name];
    const { success, stdout } = await new Deno.Command("dpkg-query", { args }).output();
    if (!success) throw new Error(`${name} is not installed: apt-get install ${name}`);
    const version = new TextDecoder().decode(stdout);
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}`;
    return { type: "library", name, version, purl, licenses: [{ expression: license }] } as const;
  }));
}

/** Looks in the cache of Deno, where a folder for each registry has the packages. */
async function installedLicenses(): Promise<LicenseOf> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  const registries = [...Deno.readDirSync(npmCache)].filter(({ isDirectory }) => isDirectory);
  return (name, version) => {
    for (const registry of registries) {
      try {
        const path = `${npmCache}/${registry.name}/${name}/${version}/package.json`;
        const { license } = JSON.parse(Deno.readTextFileSync(path));
        if (typeof license === "string") return license;
      } catch {
        // not from there
      }
    }
    return undefined;
  };
}

async function main(): Promise<void> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const lock = JSON.parse(Deno.readTextFileSync(`${root}deno.lock`));
  const deno = Deno.version.deno;
  const runtime: Component = {
    type: "platform",
    name: "deno",
    version: deno,
    purl: `pkg:npm/deno@${deno}`,
    licenses: [{ expression: "MIT" }],
  };
  const licenseOf = await installedLicenses();
  const components = [runtime, ...await nativeComponents(), ...npmComponents(lock, licenseOf)];
  const falcod = {
    type: "application",
    name: "falcod",
    version: VERSION,
    licenses: [{ expression: "Apache-2.0" }],
  };
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: falcod },
    components,
  };
  console.log(JSON.stringify(document, undefined, 2));
}

if (import.meta.main) await main();
