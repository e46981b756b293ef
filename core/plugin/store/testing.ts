/** A plugin as it is installed, for tests. */
import { MANIFEST_FILE } from "../manifest.ts";
import { NO_PERMISSIONS, type PluginPermissions } from "../permissions.ts";
import { sha256Of } from "./installed.ts";
import type { Installation } from "./store.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A sink whose code does nothing; `manifest` has other keys, or keys of other values. */
export async function madeInstallation(
  { version = "1.0.0", code = "export default {};\n", granted = NO_PERMISSIONS, manifest = {} }: {
    readonly version?: string;
    readonly code?: string;
    readonly granted?: PluginPermissions;
    readonly manifest?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<Installation> {
  const entry = bytesOf(code);
  const text = JSON.stringify({
    name: "pager",
    version,
    kind: "sink",
    description: "Sends alerts to a pager",
    api: "^1.0.0",
    entry: "mod.js",
    sha256: await sha256Of(entry),
    ...manifest,
  });
  const files = new Map([[MANIFEST_FILE, bytesOf(text)], ["mod.js", entry]]);
  const requested = `npm:pager@${version}`;
  const common = { requested, from: requested, integrity: undefined, files, granted };
  return { name: "pager", version, kind: "sink", ...common };
}
