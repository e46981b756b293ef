/** Packages of plugins, as their authors would make them. */
import { createHash } from "node:crypto";

export interface PackageParts {
  /** Keys of the manifest beside those that every one has. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The module; absent for packs of rules. */
  readonly module?: string;
  readonly rules?: Readonly<Record<string, string>>;
}

/** A folder with a package, below one that is there; its path. */
export function writePackage(parent: string, name: string, parts: PackageParts): string {
  const folder = `${parent}/${name}`;
  const { module, rules = {} } = parts;
  Deno.mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(rules)) {
    Deno.writeTextFileSync(`${folder}/${path}`, text);
  }
  if (module !== undefined) Deno.writeTextFileSync(`${folder}/mod.js`, module);
  const manifest = {
    name,
    version: "1.0.0",
    description: "A test",
    api: "^1.0.0",
    ...module !== undefined && { entry: "mod.js", sha256: sha256(module) },
    files: Object.entries(rules).map(([path, text]) => ({ path, sha256: sha256(text) })),
    ...parts.manifest,
  };
  Deno.writeTextFileSync(`${folder}/falcod-plugin.json`, JSON.stringify(manifest, undefined, 2));
  return folder;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
