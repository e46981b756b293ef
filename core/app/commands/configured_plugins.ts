/** What the configuration adds to the plugins that are built in, for those who list things. */
import { Report } from "../../base/mod.ts";
import { type NativePlugin, Registry } from "../../plugin/mod.ts";
import { loadConfig } from "../config/load.ts";
import { type WiredLibrary, wireNatives } from "../config/natives.ts";
import { type AddedPlugin, wirePlugins } from "../config/plugins.ts";
import { guestsOf } from "../guests.ts";
import type { Host } from "../host.ts";
import { printDiagnostics } from "../report.ts";

export interface ConfiguredPlugins {
  readonly registry: Registry;
  /** Opened, not started. */
  readonly natives: readonly WiredLibrary[];
  /** Packages of third parties. */
  readonly packages: readonly AddedPlugin[];
}

/** Why plugins of it are missing, and that a configuration that was named is. */
const TOLD: ReadonlySet<string> = new Set(["C018", "C044", "C001"]);

/** Without a configuration there is what is built in. */
export async function configuredPlugins(
  { configPath, options }: {
    readonly configPath: string | undefined;
    readonly options: readonly string[];
  },
  host: Host,
): Promise<ConfiguredPlugins> {
  const report = new Report();
  const registry = new Registry(host.plugins);
  const loaded = loadConfig({
    path: configPath,
    options,
    environment: (name) => host.environment(name),
    rulesFolder: host.rulesFolder,
  }, report);
  const natives = await wireNatives(loaded, { registry, report });
  const { added: packages } = await wirePlugins({
    loaded,
    registry,
    report,
    guests: guestsOf(host),
  });
  const told = report.diagnostics.filter(({ code }) =>
    TOLD.has(code) && (code !== "C001" || configPath !== undefined)
  );
  printDiagnostics(told, 0, { output: host.error });
  return { registry, natives, packages };
}

/** As Falco tells of one, the number of its source included. */
export function capabilityLines({ capabilities, sourceId, source }: NativePlugin): string[] {
  return capabilities.map((capability) =>
    capability === "Event Sourcing"
      ? `  - Event Sourcing (${
        source ? `ID=${sourceId}, source='${source.name}'` : "system events"
      })`
      : `  - ${capability}`
  );
}
