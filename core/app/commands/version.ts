/** `falcod version`: what this program is made of. */
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { ENGINE_VERSION, VERSION } from "../version.ts";
import { versionsOf } from "../versions.ts";

export function versionCommand(
  { json, verify }: { readonly json: boolean; readonly verify: boolean },
  host: Host,
): number {
  if (verify) {
    // A binary has answered before it came here.
    host.error.write(
      "falcod: there is no binary to verify: this falcod runs from its sources, and git status " +
        "shows what was changed in them\n",
    );
    return EXIT_FAILURE;
  }
  const versions = {
    falcod: VERSION,
    engine: ENGINE_VERSION,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    platform: `${Deno.build.os}-${Deno.build.arch}`,
  };
  if (json) {
    host.out.write(`${JSON.stringify(versions)}\n`);
    return EXIT_OK;
  }
  host.out.write(
    `falcod ${versions.falcod}\n` +
      `rule engine ${versions.engine} (the language of Falco's rules)\n` +
      `deno ${versions.deno}, v8 ${versions.v8}, ${versions.platform}\n`,
  );
  return EXIT_OK;
}

/** `--version`, in the shape that scripts know from Falco. */
export function falcoVersionCommand(
  { option = [] }: { readonly option?: readonly string[] },
  host: Host,
): void {
  const versions = versionsOf([]);
  if (option.includes("json_output=true")) {
    host.out.write(`${JSON.stringify(versions)}\n`);
    return;
  }
  host.out.write(
    `Falco version: ${versions.falco_version} (falcod)\n` +
      `Libs version:  ${versions.libs_version}\n` +
      `Plugin API:    ${versions.plugin_api_version}\n` +
      `Engine:        ${versions.engine_version_semver}\n` +
      "Driver:\n" +
      `  API version:    ${versions.driver_api_version}\n` +
      `  Schema version: ${versions.driver_schema_version}\n` +
      `  Default driver: ${versions.default_driver_version}\n`,
  );
}
