/** What an item of `plugins:` in falco.yaml says of one plugin, and what is built in of Falco's. */
import * as z from "zod";
import { permissionsSchema } from "../../plugin/permissions.ts";
import { flag, text, whole, word } from "./_types.ts";
import { CONTAINER_PLUGIN, containerPluginConfig } from "./container_engines.ts";
import {
  AUDIT_PLUGIN,
  auditPluginConfig,
  checkOpenParams,
  JSON_PLUGIN,
  jsonPluginConfig,
} from "./k8s_audit.ts";

/** A relative path is looked for in the plugins' folder and must not lead out of it. */
const libraryPath = word().refine((path) => {
  let depth = 0;
  if (path.startsWith("/")) return true;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return false;
  }
  return true;
}, { error: "a path that stays in the folder of plugins" });

/** Plugins read their part themselves; of those that are built in it is checked here. */
export const initConfig = z.unknown();

/** `init_config` of plugins of Falco's that are built in, by name. */
const pluginConfigs: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  [CONTAINER_PLUGIN, containerPluginConfig],
  [AUDIT_PLUGIN, auditPluginConfig],
  [JSON_PLUGIN, jsonPluginConfig],
]);

/** Their names, for suggestions. */
export function builtInPlugins(): Iterable<string> {
  return pluginConfigs.keys();
}

/** What these do is there without them. */
export function isBuiltIn(plugin: string): boolean {
  return pluginConfigs.has(plugin);
}

/** What `init_config` of such a plugin takes. */
export function initConfigOf(plugin: string): z.ZodType | undefined {
  return pluginConfigs.get(plugin);
}

/** Complains about the `init_config` of a plugin that is built in. */
function checkInitConfig(
  { name, init_config }: { readonly name: string; readonly init_config?: unknown },
  context: z.RefinementCtx,
): void {
  // An empty text is how Falco's falco.yaml spells "nothing".
  const result = pluginConfigs.get(name)?.safeParse(init_config === "" ? undefined : init_config);
  for (const issue of result?.error?.issues ?? []) {
    context.issues.push({
      ...issue,
      path: ["init_config", ...issue.path],
    } as z.core.$ZodRawIssue);
  }
}

/** One item of `plugins:`. */
export const pluginEntry = z.strictObject({
  name: word(),
  library_path: libraryPath,
  init_config: initConfig.optional(),
  open_params: text(),
  /** falcod's own, for packages of third parties: in falcod itself, without walls around it. */
  trusted: flag(false),
  /** What it may do of what it asks for; absent: what was granted when it was installed. */
  permissions: permissionsSchema.unwrap().optional(),
  max_memory_mb: whole({ min: 16, max: 65_536, standard: 256 }).describe(
    "Of its process and the programs it starts; more ends it",
  ),
  max_cpu_percent: whole({ min: 10, max: 100_000, standard: 100 }).describe(
    "Of one CPU, for its process and the programs it starts; who wants more is held back",
  ),
}, { error: "a mapping with name and library_path" }).superRefine(checkInitConfig).superRefine(
  checkOpenParams,
);
