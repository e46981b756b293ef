/**
 * Printed complaints about packages, word for word: what a command prints has to be in
 * `packages/<code>.txt`. `UPDATE_GOLDEN=1` rewrites the expected texts; read the difference before you
 * commit it.
 */
import { assertEquals } from "../assert.ts";
import { npmRegistry } from "../packages/npm_registry.ts";
import { FALCOD } from "../packages/oci_registry.ts";
import { falcodPlugin, Place, pluginFiles, type Running } from "../packages/running.ts";
import { packed, tgz } from "../packages/tar.ts";
import { PACKAGE_CODES } from "../../core/app/codes/packages.ts";

const FOLDER = new URL("./packages/", import.meta.url);
const update = Deno.env.get("UPDATE_GOLDEN") === "1";

/** Codes that take more than a command to come up. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  I022: "core/plugin/store/store_test.ts: two programs at a time",
};

interface Prepared {
  readonly args: readonly string[];
  readonly running: Running;
}
type Case = (place: Place) => readonly string[] | Prepared | Promise<Prepared>;

const archive = (place: Place, content = packed(pluginFiles())) =>
  place.file("package.tgz", content);
const add = (place: Place, ...args: string[]) => ["add", ...args, "--yes", "--dir", place.plugins];

/** Makes what is needed, and says what to run. */
const CASES: Readonly<Record<string, Case>> = {
  I001: (place) => add(place, "http://example.org/pager.tgz"),
  I002: (place) => add(place, `${place.path}/missing`),
  I003: (place) => {
    const registry = npmRegistry();
    registry.publish("falcod-pager", "1.0.0", new Uint8Array());
    closing.push(registry);
    const running = { environment: { npm_config_registry: registry.url } };
    return { args: add(place, "npm:falcod-pager@^2"), running };
  },
  I004: (place) => add(place, archive(place), "--sha256", "0".repeat(64)),
  I005: (place) => add(place, "https://example.org/pager.tgz"),
  I006: (place) => {
    const registry = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
      const digest = `sha256:${"0".repeat(64)}`;
      const layer = { mediaType: FALCOD.layer, digest, size: 2 };
      const manifest = { config: { digest, size: 2 }, layers: [layer] };
      const isThere = url.endsWith("/manifests/1");
      return isThere ? Response.json(manifest) : new Response("", { status: 404 });
    });
    closing.push(registry);
    const host = `127.0.0.1:${registry.addr.port}`;
    const cosign = {
      "certificate-oidc-issuer": "https://token.example",
      "certificate-identity-regexp": "https://github.com/example/",
    };
    const entry = { name: "pager", registry: host, repository: "pager", signature: { cosign } };
    const index = place.file("index.yaml", JSON.stringify([entry]));
    const args = add(place, `oci://${host}/pager:1`, "--plain-http", "--index", index);
    return { args, running: { environment: { HOME: "/nonexistent" } } };
  },
  I007: (place) =>
    add(place, "oci://registry.example/pager:1", "--index", place.file("index.yaml", "[]")),
  I010: (place) => add(place, archive(place, new TextEncoder().encode("<html>".repeat(200)))),
  I011: (place) => add(place, archive(place, tgz([{ path: "mod.js", size: 2 ** 32 }]))),
  I012: (place) => add(place, archive(place, tgz([{ path: "a", type: "2", link: "/etc" }]))),
  I013: (place) => add(place, archive(place, packed({ "index.js": "", "README.md": "" }))),
  I014: (place) => add(place, archive(place, packed({ ...pluginFiles(), "mod.js": "other" }))),
  I015: (place) =>
    add(place, archive(place, packed(pluginFiles({ manifest: { name: "slack" } })))),
  I016: (place) => add(place, archive(place, packed({ "libpager.so": "\x7fELF" }))),
  I017: (place) => add(place, archive(place), "--deny", "run=/bin/sh"),
  I018: (place) => add(place, archive(place)).filter((argument) => argument !== "--yes"),
  I019: async (place) => {
    const write = (manifest: Readonly<Record<string, unknown>>) => {
      for (const [path, content] of Object.entries(pluginFiles({ manifest }))) {
        place.file(`own/${path}`, content);
      }
    };
    write({});
    await falcodPlugin(add(place, `${place.path}/own`));
    write({ version: "1.1.0", permissions: { net: ["pager.example:443"] } });
    return { args: ["update", "--dir", place.plugins], running: {} };
  },
  I020: (place) => {
    Deno.symlinkSync(place.path, place.plugins);
    return add(place, archive(place));
  },
  I021: (place) => {
    place.file("plugins/falcod-plugins.lock.json", '{ "formatVersion": 9, "plugins": [] }');
    return ["list", "--dir", place.plugins];
  },
  I023: async (place) => {
    await falcodPlugin(add(place, archive(place)));
    place.file("plugins/pager/1.0.0/mod.js", "changed");
    return { args: ["verify", "--dir", place.plugins], running: {} };
  },
  I024: (place) => ["remove", "pager", "--dir", place.plugins],
  I030: (place) => {
    place.file("pager/mine.txt", "");
    return ["new", "sink", "pager", "--folder", `${place.path}/pager`];
  },
};

const closing: AsyncDisposable[] = [];

async function print(code: string): Promise<string> {
  using place = new Place();
  const given = await CASES[code]!(place);
  const { args, running } = "args" in given ? given : { args: given, running: {} };
  const { error } = await falcodPlugin(args, running);
  for (const server of closing.splice(0)) await server[Symbol.asyncDispose]();
  return error.replaceAll(place.path, "PLACE").replace(/\b[0-9a-f]{64}\b/g, "SHA256")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT");
}

for (const code of Object.keys(CASES)) {
  Deno.test(`golden packages/${code} prints what it printed before`, async () => {
    const text = await print(code);
    const expected = new URL(`${code}.txt`, FOLDER);
    assertEquals(text.includes(`error[${code}]`), true, text);
    if (update) Deno.writeTextFileSync(expected, text);
    else assertEquals(text, Deno.readTextFileSync(expected));
  });
}

Deno.test("every code of packages has a golden case or a test that is named", () => {
  const missing = PACKAGE_CODES.map(({ code }) => code)
    .filter((code) => !CASES[code] && !ELSEWHERE[code]);
  assertEquals(missing, []);
});
