/** The plugins of this folder, compiled. */
import { assert } from "../assert.ts";

const built = new Map<string, string>();
let folder: string | undefined;

/**
 * Path of the library that `<name>.c` gives; once for each list of definitions ("API=\"3.0.0\""). It stays
 * until the process ends, as libraries that were opened do.
 */
export function builtPlugin(name: string, definitions: readonly string[] = []): string {
  const key = [name, ...definitions].join(" ");
  const known = built.get(key);
  if (known) return known;
  if (folder === undefined) {
    const made = folder = Deno.makeTempDirSync({ prefix: "falcod-plugins-" });
    addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  }
  const path = `${folder}/${name}-${built.size}.so`;
  const source = new URL(`${name}.c`, import.meta.url).pathname;
  const { success, stderr } = new Deno.Command("cc", {
    args: [
      ..."-std=gnu11 -Wall -Wextra -Werror -O1 -shared -fPIC -fvisibility=hidden -pthread".split(
        " ",
      ),
      ...definitions.map((definition) => `-D${definition}`),
      ...["-o", path, source],
    ],
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
  built.set(key, path);
  return path;
}
