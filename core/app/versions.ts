/** What falcod can read, in Falco's shape: falcoctl picks rule files by it. */
import { ENGINE_VERSION, VERSION } from "./version.ts";

/** Of Falco's plugins, whose configuration falcod understands; libs userspace/plugin/plugin_api.h. */
const PLUGIN_API_VERSION = "3.12.0";
/** Of Falco's drivers that tell the same events; libs driver/API_VERSION and SCHEMA_VERSION. */
const DRIVER_API_VERSION = "10.1.0";
const DRIVER_SCHEMA_VERSION = "4.5.1";

export interface Versions {
  readonly falco_version: string;
  readonly libs_version: string;
  readonly plugin_api_version: string;
  readonly driver_api_version: string;
  readonly driver_schema_version: string;
  readonly default_driver_version: string;
  /** The part that Falco has always counted up, for tools of before. */
  readonly engine_version: string;
  readonly engine_version_semver: string;
  /** By name; they come with falcod. Absent when there are none, as in Falco. */
  readonly plugin_versions?: Readonly<Record<string, string>>;
}

export function versionsOf(plugins: readonly string[]): Versions {
  return {
    falco_version: VERSION,
    libs_version: VERSION,
    plugin_api_version: PLUGIN_API_VERSION,
    driver_api_version: DRIVER_API_VERSION,
    driver_schema_version: DRIVER_SCHEMA_VERSION,
    default_driver_version: VERSION,
    engine_version: ENGINE_VERSION.split(".")[1]!,
    engine_version_semver: ENGINE_VERSION,
    ...plugins.length > 0 &&
      { plugin_versions: Object.fromEntries(plugins.map((name) => [name, VERSION])) },
  };
}
