/** Archives and manifests that readers do not agree about: falcod takes them one way, or not at all. */
import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "../assert.ts";
import { fails, Place, pluginFiles, succeeds } from "./running.ts";
import { packed, pax, tar, type TarEntry, tgz } from "./tar.ts";

const entries: TarEntry[] = Object.entries(pluginFiles()).map(([path, content]) => ({
  path,
  content,
}));
const [manifest, code] = entries as [TarEntry, TarEntry];
const joined = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const source = (source: unknown) => packed(pluginFiles({ manifest: { kind: "source", source } }));
const field = (more: Readonly<Record<string, unknown>>) =>
  source({
    name: "pager",
    fields: [{ name: "pager.a", type: "string", description: "a", ...more }],
  });
const config = (config: unknown) => packed(pluginFiles({ manifest: { config } }));

const ARCHIVES: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "goes on in a second gzip": [
    joined(gzipSync(tar(entries)), gzipSync(tar([{ path: "mod.js", content: "evil" }]))),
    /I010/,
  ],
  "has another archive behind its end": [
    joined(tar(entries), tar([{ path: "mod.js", content: "evil" }])),
    /I010/,
  ],
  "has another size in its extended header": [
    tgz([manifest, pax({ size: "5" }), code]),
    /I010.*"size"/,
  ],
  "has a map of holes": [
    tgz([manifest, pax({ "GNU.sparse.major": "1", "GNU.sparse.name": "mod.js" }), code]),
    /I010.*GNU\.sparse/,
  ],
  "has a size in binary": [
    tgz([manifest, { ...code, size: "\x80\0\0\0\0\0\0\0\0\0\0\x01" }]),
    /I010/,
  ],
  "has a size below zero": [tgz([manifest, { ...code, size: "-0000000001" }]), /I010/],
  "names all of its files at once": [tgz([pax({ path: "mod.js" }, "g"), ...entries]), /I012/],
  "gives a file two long names": [
    tgz([manifest, pax({ path: "a.js" }), pax({ path: "mod.js" }), { ...code, path: "x" }]),
    /I012/,
  ],
  "ends in a name without a file": [tgz([...entries, pax({ path: "mod.js" })]), /I010/],
  "has a name with a zero byte in it": [
    tgz([...entries, pax({ path: "mod.js\0.txt" }), { path: "x", content: "evil" }]),
    /I012/,
  ],
  "has a name in two ways of writing é": [
    tgz([...entries, { path: "é", content: "1" }, { path: "e\u0301", content: "2" }]),
    /I012/,
  ],
  "has a file that is a folder, too": [
    tgz([...entries, { path: "a", content: "1" }, { path: "a/b", content: "2" }]),
    /I012/,
  ],
  "has more entries than anybody needs": [
    tgz([...entries, ...Array.from({ length: 5000 }, (_, index) => ({ path: `f${index}` }))]),
    /I011/,
  ],
  "has folders without end": [tgz([...entries, { path: "a/".repeat(20) + "x" }]), /I012/],
  "has two plugins": [
    tgz(
      ["a", "b"].flatMap((folder) =>
        entries.map((entry) => ({ ...entry, path: `${folder}/${entry.path}` }))
      ),
    ),
    /I013/,
  ],
  "has a file called as the folder around it": [
    tgz([{ path: "package", content: "" }, { ...manifest, path: "package/falcod-plugin.json" }]),
    /I012/,
  ],
  "has a manifest in UTF-16": [
    tgz([code, {
      path: "falcod-plugin.json",
      content: new Uint8Array(
        Uint16Array.from(`\ufeff${String(manifest.content)}`, (unit) => unit.charCodeAt(0)).buffer,
      ),
    }]),
    /(?:Y00[12]|P001)/,
  ],
  "is called as its own lock file's folder": [
    packed(pluginFiles({ manifest: { name: ".lock" } })),
    /P002/,
  ],
  "delivers system calls in place of the kernel": [
    source({ name: "syscall", fields: [] }),
    /I015.*events of syscall/,
  ],
  "delivers a field of falcod's own": [field({ name: "proc.name" }), /P0/],
  "delivers a field twice": [
    source({
      name: "pager",
      fields: [1, 2].map(() => ({ name: "pager.a", type: "string", description: "a" })),
    }),
    /P002/,
  ],
  "finds its field by a pointer without end": [field({ from: "/a".repeat(5000) }), /P002/],
  "has a pattern that takes for ever": [
    config({
      type: "object",
      properties: { a: { type: "string", pattern: "((a{1,1000}){1,1000}){1,1000}" } },
    }),
    /P002/,
  ],
  "has a configuration within itself, a thousand times": [
    config(JSON.parse('{"type":"object","properties":{"a":'.repeat(999) + "{}" + "}}".repeat(999))),
    /P00[12]/,
  ],
};

for (const [what, [bytes, wanted]] of Object.entries(ARCHIVES)) {
  Deno.test(`an archive that ${what} is not installed`, async () => {
    using place = new Place();
    const path = place.file("package.tgz", bytes);
    const before = place.listing();
    const add = ["add", path, "--yes", "--dir", place.plugins];
    const { error } = await fails(add, new RegExp(`error\\[${wanted.source}`));
    assert(error.length < 20_000, `${error.length}`);
    assertEquals(place.listing(), before);
  });
}

Deno.test("what a manifest says of itself stays on its line", async () => {
  using place = new Place();
  const text = "fine\\nmay        nothing\\r\\u001b[1A\\u202e";
  for (const key of ["description", "license", "homepage"]) {
    const json = JSON.stringify({ ...JSON.parse(String(manifest.content)), [key]: "@" })
      .replace("@", key === "homepage" ? `https://x/${text}` : text);
    const path = place.file(
      `${key}.tgz`,
      tgz([{ path: "falcod-plugin.json", content: json }, code]),
    );
    const { error } = await fails(
      ["add", path, "--yes", "--dir", place.plugins],
      /error\[P00/,
    );
    // deno-lint-ignore no-control-regex -- what must not be printed
    assert(!/[\x00-\x09\x0b-\x1f\u202e]/.test(error), error);
  }
});

Deno.test("a plugin whose files the lock file could not hold is not installed, and others stay", async () => {
  using place = new Place();
  const many = (name: string) => {
    const files = Object.fromEntries(
      Array.from({ length: 900 }, (_, index) => [`${"d".repeat(90)}/${index}`, ""]),
    );
    return place.file(`${name}.tgz`, packed(pluginFiles({ manifest: { name }, files })));
  };
  const add = (name: string) => ["add", many(name), "--yes", "--dir", place.plugins];
  const good = place.file("good.tgz", packed(pluginFiles()));
  await succeeds(["add", good, "--yes", "--dir", place.plugins]);
  const lock = `${place.plugins}/falcod-plugins.lock.json`;
  await succeeds(add("many"));
  // As if it had been done again and again.
  const { plugins, ...rest } = JSON.parse(Deno.readTextFileSync(lock));
  const entry = plugins.find(({ name }: { name: string }) => name === "many");
  const room = (8 << 20) - 2 * JSON.stringify(entry, null, 2).length;
  while (JSON.stringify(plugins, null, 2).length < room) {
    plugins.push({ ...entry, name: `many-${plugins.length}` });
  }
  Deno.writeTextFileSync(lock, `${JSON.stringify({ ...rest, plugins }, null, 2)}\n`);
  let said = "";
  for (let count = 0; count < 4 && said === ""; count++) {
    const args = add(`more-${count}`);
    said = await succeeds(args).then(() => "", (error) => String(error));
  }
  assert(/error\[I021\].*would have more than/.test(said), said);
  assertEquals(
    (await succeeds(["verify", "pager", "--dir", place.plugins])).out,
    "ok pager 1.0.0\n",
  );
});
