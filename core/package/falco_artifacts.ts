/** What Falco publishes, by the names that falcoctl has for it. Facts: falcosecurity/plugins, registry.yaml. */

/** Libraries of Falco's own that are not built in here. */
const PLUGINS: ReadonlySet<string> = new Set([
  ...["anomalydetection", "cloudtrail", "collector", "gcpaudit", "github", "k8saudit-aks"],
  ...["k8saudit-eks", "k8saudit-gke", "k8saudit-ovh", "k8smeta", "kafka", "krsi", "okta"],
]);

/** Where `falcod plugin add` has it from. Without a tag it is the latest. */
export function addressOfFalco(name: string, tag?: string): string {
  const mark = tag === undefined ? "" : `:${tag}`;
  return `oci://ghcr.io/falcosecurity/${repositoryOf(name)}${mark}`;
}

/** As Falco's index has it. */
function repositoryOf(name: string): string {
  if (/^(?:falco|application)\b.*-rules$/.test(name)) return `rules/${name}`;
  return name.endsWith("-rules")
    ? `plugins/ruleset/${name.slice(0, -"-rules".length)}`
    : `plugins/plugin/${name}`;
}

/** Those whose source is called otherwise. */
const PLUGIN_OF: ReadonlyMap<string, string> = new Map([
  ["aws_cloudtrail", "cloudtrail"],
  ["gcp_auditlog", "gcpaudit"],
]);

/** How the plugin is fetched that delivers this source; absent where none of Falco's does. */
export function fetchingOfSource(source: string): string | undefined {
  return fetchingOfFalco([PLUGIN_OF.get(source) ?? source]);
}

/** How the first of these is fetched that is one of Falco's plugins; absent where none is. */
export function fetchingOfFalco(names: readonly string[]): string | undefined {
  const name = names.find((name) => PLUGINS.has(name));
  return name && `falcod plugin add --trusted ${addressOfFalco(name)}`;
}
