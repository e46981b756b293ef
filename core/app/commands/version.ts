/** `falcod version`: what this program is made of. */
import { EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { ENGINE_VERSION, VERSION } from "../version.ts";

export function versionCommand({ json }: { readonly json: boolean }, host: Host): number {
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
