/** Whatever packages and registries send: it is read or refused, and nothing throws. */
import { gzipSync } from "node:zlib";
import { readArchive } from "../../core/package/archive.ts";
import { candidateOf } from "../../core/package/candidate.ts";
import { pathProblem } from "../../core/package/entry_path.ts";
import { readNpmSettings } from "../../core/package/npmrc.ts";
import { parseChallenge } from "../../core/package/oci_registry.ts";
import { originText, parseOrigin } from "../../core/package/origin.ts";
import { findInstalled, PackageError } from "../../core/plugin/store/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { pluginFiles } from "../packages/running.ts";
import { pax, tar } from "../packages/tar.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);

/** Absent: refused, as a package may be. */
async function tried<Result>(read: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    assert(error instanceof PackageError, `seed ${SEED}: ${error}`);
    assert(/^[A-Z]\d{3}$/.test(error.code));
    return undefined;
  }
}

const ARCHIVE = tar([
  { path: "package/", type: "5" },
  pax({ path: `package/${"n".repeat(120)}.yaml` }),
  { path: "short", content: "x" },
  ...Object.entries(pluginFiles()).map(([path, content]) => ({ path: `package/${path}`, content })),
]);

/** Some bytes changed, and perhaps a part of it missing. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  for (let count = random.below(4); count >= 0; count--) {
    copy[random.below(copy.length)] = random.below(256);
  }
  return random.below(3) === 0 ? copy.slice(0, random.below(copy.length)) : copy;
}

Deno.test("readArchive() reads or refuses archives with bytes changed, and noise", async () => {
  const random = new Random(SEED);
  const zipped = new Uint8Array(gzipSync(ARCHIVE));
  for (let round = 0; round < 3000; round++) {
    const noise = Uint8Array.from({ length: random.below(2000) }, () => random.below(256));
    const bytes = random.below(10) === 0
      ? noise
      : damaged(random.below(4) === 0 ? zipped : ARCHIVE, random);
    const files = await tried(() => readArchive(bytes, "a.tgz"));
    if (!files) continue;
    for (const path of files.keys()) assertEquals(pathProblem(path), undefined, `seed ${SEED}`);
    const about = { from: "a test", integrity: undefined, notes: [], hint: {} };
    await tried(() => candidateOf({ ...about, files }));
  }
});

const WORDS = [
  ...[
    "npm:",
    "oci://",
    "https://",
    "http://",
    "file:",
    "@",
    "/",
    "..",
    ":",
    "#sha256=",
    "%2f",
    " ",
  ],
  ...[
    "pager",
    "1.0.0",
    "^1",
    "latest",
    "__proto__",
    "\u0000",
    "\u202e",
    "ü",
    "[::1]",
    "0".repeat(64),
  ],
  ...["host:5000", "sha256:", "\\", "?", "*", "localhost", "a".repeat(300)],
];

Deno.test("parseOrigin() understands or refuses any text, and again what it understood", async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random.below(8) }, () => random.pick(WORDS)).join("");
    const origin = await tried(() => parseOrigin(text));
    if (origin) assertEquals(parseOrigin(originText(origin)).kind, origin.kind, text);
  }
});

Deno.test("parseChallenge() understands or passes over any header", () => {
  const random = new Random(SEED);
  const parts = [
    "Bearer ",
    "Basic ",
    'realm="',
    '"',
    ",",
    "=",
    "service=",
    "__proto__=",
    "\u00ff",
    " ",
  ];
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random.below(12) }, () => random.pick(parts)).join("");
    const { scheme = "", parameters = {} } = parseChallenge(text) ?? {};
    assertEquals(scheme, scheme.toLowerCase());
    assertEquals(Object.keys(parameters).every((key) => /^[a-z]+$/.test(key)), true);
  }
});

Deno.test("readNpmSettings() takes any .npmrc", () => {
  const random = new Random(SEED);
  const parts = [
    ...["registry=", "https://a.example/", "\n", "//a.example/:_authToken=", "//a.example/:_auth="],
    ...[
      "${HOME}",
      "${",
      "}",
      '"',
      ";",
      "#",
      "[",
      "=",
      "@team:registry=",
      "//a.example/:_password=",
    ],
    ...["//a.example/:username=", "ana", "\u0000", "\ud800", "__proto__="],
  ];
  const path = Deno.makeTempFileSync({ prefix: "falcod-npmrc-" });
  try {
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: random.below(30) }, () => random.pick(parts)).join("");
      Deno.writeTextFileSync(path, text);
      const environment = (name: string) => name === "npm_config_userconfig" ? path : undefined;
      const settings = readNpmSettings(environment);
      for (const name of ["pager", "@team/pager"]) {
        const registry = settings.registryOf(name);
        assert(registry === undefined || /^https?:\/\/.*\/$/.test(registry.href), text);
        const authorization = registry && settings.authorizationFor(registry)?.reveal();
        assert(authorization === undefined || /^(?:Bearer|Basic) /.test(authorization), text);
      }
    }
  } finally {
    Deno.removeSync(path);
  }
});

const ENTRY = {
  name: "pager",
  version: "1.0.0",
  kind: "sink",
  requested: "npm:pager@latest",
  from: "npm:pager@1.0.0",
  files: [{ path: "mod.js", sizeBytes: 1, sha256: "0".repeat(64) }],
  granted: { net: ["a.example:443"] },
  installedAt: "2026-01-01T00:00:00.000Z",
};
const ODD = [
  "..",
  "/etc/shadow",
  "__proto__",
  "",
  null,
  -1,
  1e300,
  [],
  {},
  [[]],
  "\u0000",
  "\ud800",
];

Deno.test("findInstalled() takes any lock file for one, or says what is wrong", async () => {
  const random = new Random(SEED);
  const folder = Deno.makeTempDirSync({ prefix: "falcod-lock-" });
  try {
    Deno.chmodSync(folder, 0o755);
    for (let round = 0; round < 500; round++) {
      const entry: Record<string, unknown> = { ...ENTRY };
      entry[random.pick(Object.keys(ENTRY))] = random.pick(ODD);
      const whole = JSON.stringify({ formatVersion: 1, plugins: [entry] });
      const at = random.below(whole.length);
      const text = random.below(2) === 0 ? whole : whole.slice(0, at) + whole.slice(at + 1);
      Deno.writeTextFileSync(`${folder}/falcod-plugins.lock.json`, text, { mode: 0o644 });
      const found = await findInstalled(folder, "pager");
      assert(found === undefined || found.kind === "problem", `seed ${SEED}: ${text}`);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
