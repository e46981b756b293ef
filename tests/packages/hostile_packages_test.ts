/** Packages that are made to do harm: none of them is installed, none gets out, none ends falcod. */
import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "../assert.ts";
import { fails, falcodPlugin, hash, Place, pluginFiles, succeeds } from "./running.ts";
import { packed, pax, tar, type TarEntry, tgz } from "./tar.ts";

type Package = Uint8Array | Readonly<Record<string, string>>;

const bytesOf = (given: Package) => given instanceof Uint8Array ? given : packed(given);
const entriesOf = (files: Readonly<Record<string, string>>): TarEntry[] =>
  Object.entries(files).map(([path, content]) => ({ path, content }));
/** A plugin that is right, and something beside it. */
const withEntry = (...more: TarEntry[]) => tgz([...entriesOf(pluginFiles()), ...more]);
const withManifest = (manifest: Readonly<Record<string, unknown>>) => pluginFiles({ manifest });
const permissions = (permissions: unknown) => withManifest({ permissions });
const manifestText = (text: string) => ({ ...pluginFiles(), "falcod-plugin.json": text });

const HOSTILE: Readonly<Record<string, readonly [Package, RegExp]>> = {
  // Archives.
  "writes outside by its path": [withEntry({ path: "../../evil", content: "x" }), /I012/],
  "writes outside by a link and a file behind it": [
    withEntry({ path: "up", type: "2", link: ".." }, { path: "up/evil", content: "x" }),
    /I012/,
  ],
  "has the entry as a link to a file of this machine": [
    tgz([...entriesOf(pluginFiles()).slice(0, 1), {
      path: "mod.js",
      type: "2",
      link: "/etc/shadow",
    }]),
    /I012/,
  ],
  "has a hard link to a file of this machine": [
    withEntry({ path: "shadow", type: "1", link: "/etc/shadow" }),
    /I012/,
  ],
  "brings a device": [withEntry({ path: "disk", type: "4" }), /I012/],
  "brings a setuid program": [withEntry({ path: "su", mode: 0o4755, content: "x" }), /I012/],
  "brings the entry twice, good and bad": [
    withEntry({ path: "mod.js", content: "Deno.exit();" }),
    /I012/,
  ],
  "brings the entry twice but for the case": [
    withEntry({ path: "MOD.js", content: "Deno.exit();" }),
    /I012/,
  ],
  "brings two manifests, the second by a long name": [
    withEntry(pax({ path: "falcod-plugin.json" }), { path: "other.json", content: "{}" }),
    /I012/,
  ],
  "is a bomb": [
    new Uint8Array(gzipSync(tar([{ path: "f", size: 0o77777777777 }]))),
    /I011/,
  ],
  "is cut short": [bytesOf(pluginFiles()).subarray(0, 200), /I010/],
  "is a web page": [new TextEncoder().encode("<html>".repeat(300)), /I010/],
  "has nothing in it": [tgz([]), /I013/],
  // Manifests.
  "has no manifest": [{ "mod.js": "1" }, /I013/],
  "has a manifest that is no JSON": [manifestText("{ name: pager }"), /P001/],
  "has a manifest of megabytes": [manifestText(`{"name":"${"x".repeat(1 << 20)}"}`), /I011/],
  "has a manifest of a million brackets": [manifestText("[".repeat(200_000)), /P001/],
  "has a manifest that is not UTF-8": [
    tgz([{ path: "falcod-plugin.json", content: new Uint8Array([0x7b, 0xff, 0x7d]) }]),
    /Y001/,
  ],
  "has a key of the manifest twice": [
    manifestText('{ "name": "pager", "name": "other" }'),
    /P001/,
  ],
  "has an unknown key in the manifest": [withManifest({ postinstall: "rm -rf /" }), /P002/],
  "is called ../x": [withManifest({ name: "../x" }), /P002/],
  "is called by an absolute path": [withManifest({ name: "/etc/cron.d/x" }), /P002/],
  "is called __proto__": [withManifest({ name: "__proto__" }), /P002/],
  "is called constructor, as every object has it": [
    manifestText(
      pluginFiles()["falcod-plugin.json"]!.replace('"name"', '"__proto__":{"x":1},"name"'),
    ),
    /P002/,
  ],
  "is called like another by letters that look alike": [
    withManifest({ name: "p\u0430ger" }),
    /P002/,
  ],
  "is called like one of falcod's own": [withManifest({ name: "slack" }), /I015/],
  "is called like falcod's source of system calls": [withManifest({ name: "syscall" }), /I015/],
  "is called with a zero byte": [withManifest({ name: "pager\u0000x" }), /P002/],
  "has a version that leads out": [withManifest({ version: "1.0.0/../../../x" }), /P002/],
  "has a version that is none": [withManifest({ version: "latest" }), /P002/],
  "wants another plugin API": [withManifest({ api: "^99.0.0" }), /P003/],
  "wants a plugin API without end": [withManifest({ api: "1".repeat(5000) }), /P002/],
  "is of an unknown kind": [withManifest({ kind: "rootkit" }), /P002/],
  "hides letters in its description": [
    withManifest({ description: "harmless\u001b[2J\u202e" }),
    /P002/,
  ],
  // Files.
  "has another entry than its manifest says": [
    { ...pluginFiles(), "mod.js": "Deno.exit();" },
    /I014/,
  ],
  "has an entry that is not there": [
    { "falcod-plugin.json": pluginFiles()["falcod-plugin.json"]! },
    /I014/,
  ],
  "names an entry that leads out": [withManifest({ entry: "../../../etc/passwd.js" }), /P002/],
  "names an entry that is no module": [withManifest({ entry: "mod.wasm" }), /P002/],
  "names a file that leads out": [
    withManifest({ files: [{ path: "../../etc/shadow", sha256: hash("") }] }),
    /P002/,
  ],
  "names a file of this machine": [
    withManifest({ files: [{ path: "/etc/shadow", sha256: hash("") }] }),
    /P002/,
  ],
  "names a file twice but for the case": [
    withManifest({
      files: [{ path: "a.yaml", sha256: hash("") }, { path: "A.yaml", sha256: hash("") }],
    }),
    /P002/,
  ],
  "has another rule file than its manifest says": [
    { ...pluginFiles({ files: { "rules.yaml": "[]" } }), "rules.yaml": "- rule: other" },
    /I014/,
  ],
  // Permissions.
  "asks for a permission that does not exist": [permissions({ sys: ["kill"] }), /P002/],
  "asks for everything at once": [permissions({ all: true }), /P002/],
  "asks for every file, by a text": [permissions({ read: "/" }), /P002/],
  "asks for a file by a path that leads elsewhere": [
    permissions({ read: ["/var/lib/pager/../../../etc/shadow"] }),
    /P002/,
  ],
  "asks for two paths in one": [permissions({ read: ["/tmp,/etc"] }), /P002/],
  "asks for a variable of the loader": [permissions({ env: ["LD_PRELOAD"] }), /P002/],
  "asks for a port that is none": [permissions({ net: ["pager.example:99999"] }), /P002/],
  "asks with marks of direction": [permissions({ read: ["/tmp/\u202eetc"] }), /P002/],
  "asks for thousands of things": [
    permissions({ net: Array.from({ length: 5000 }, (_, port) => `a.example:${port + 1}`) }),
    /P002/,
  ],
  "is a pack of rules that asks for the network": [
    pluginFiles({
      files: { "r.yaml": "[]" },
      manifest: { kind: "rules", permissions: { net: ["*"] } },
    }),
    /P002/,
  ],
  // Native code.
  "is a library of native code": [{ "libpager.so": "\x7fELF" }, /I016/],
};

for (const [what, [made, wanted]] of Object.entries(HOSTILE)) {
  Deno.test(`a package that ${what} is not installed`, async () => {
    using place = new Place();
    const path = place.file("package.tgz", bytesOf(made));
    const before = place.listing();
    await fails(
      ["add", path, "--yes", "--dir", place.plugins],
      new RegExp(`error\\[${wanted.source}`),
    );
    assertEquals(place.listing(), before);
    assertEquals(Object.hasOwn(Object.prototype, "x"), false);
  });
}

Deno.test("what a package brings beside its manifest's files is not installed", async () => {
  using place = new Place();
  const scripts = { preinstall: "touch /tmp/pwned", postinstall: "touch /tmp/pwned" };
  const files = {
    ...pluginFiles(),
    "package.json": JSON.stringify({ name: "falcod-pager", scripts }),
    "binding.gyp": "{}",
    "postinstall.js": "Deno.exit()",
    ".npmrc": "registry=http://evil.example/",
  };
  const path = place.file("package.tgz", packed(files));
  const { error } = await succeeds(["add", path, "--yes", "--dir", place.plugins]);
  assert(error.includes("4 others in the package are not installed"), error);
  const single = place.file("single.tgz", packed({ ...pluginFiles(), "README.md": "" }));
  const again = await succeeds(["add", single, "--yes", "--replace", "--dir", place.plugins]);
  assert(again.error.includes("; 1 other in the package is not installed"), again.error);
  assertEquals(
    place.listing().filter((path) => path.includes("/pager/1.0.0/")).map((path) =>
      path.replace(/^.*\//, "")
    ),
    ["falcod-plugin.json", "mod.js"],
  );
  assertEquals((await Deno.lstat("/tmp/pwned").catch(() => undefined)) === undefined, true);
});

Deno.test("a folder with links to files of this machine is not installed", async () => {
  const links: Readonly<Record<string, (folder: string) => void>> = {
    "mod.js": (folder) => Deno.symlinkSync("/etc/shadow", `${folder}/mod.js`),
    "rules": (folder) => Deno.symlinkSync("/etc", `${folder}/rules`),
    "falcod-plugin.json": (folder) => {
      Deno.renameSync(`${folder}/falcod-plugin.json`, `${folder}/real.json`);
      Deno.symlinkSync(`${folder}/real.json`, `${folder}/falcod-plugin.json`);
    },
  };
  for (const [name, link] of Object.entries(links)) {
    using place = new Place();
    const files = pluginFiles({ files: name === "rules" ? { "rules/passwd": "" } : {} });
    for (const [path, content] of Object.entries(files)) {
      if (!path.startsWith(name)) place.file(`own/${path}`, content);
      else if (name === "falcod-plugin.json") place.file(`own/${path}`, content);
    }
    link(`${place.path}/own`);
    const args = ["add", `${place.path}/own`, "--yes", "--dir", place.plugins];
    await fails(args, /error\[I002\].*symbolic link/);
  }
});

Deno.test("a folder with a named pipe in place of its entry does not keep anybody waiting", async () => {
  using place = new Place();
  place.file("own/falcod-plugin.json", pluginFiles()["falcod-plugin.json"]!);
  new Deno.Command("mkfifo", { args: [`${place.path}/own/mod.js`] }).outputSync();
  await fails(
    ["add", `${place.path}/own`, "--yes", "--dir", place.plugins],
    /error\[I002\].*no file/,
  );
});

Deno.test("texts of a package cannot write to the terminal", async () => {
  using place = new Place();
  const path = place.file("package.tgz", withEntry({ path: "x\u001b]0;pwned\u0007", content: "" }));
  const { error, out } = await falcodPlugin(["add", path, "--yes", "--dir", place.plugins]);
  // deno-lint-ignore no-control-regex -- what must not be printed
  assert(!/[\u0000-\u0009\u000b-\u001f]/.test(error + out), error);
});

Deno.test("a plugin from elsewhere does not take the place of one that is installed", async () => {
  using place = new Place();
  const good = place.file("good/package.tgz", packed(pluginFiles()));
  const evil = place.file("evil/package.tgz", packed(pluginFiles({ code: "evil" })));
  const add = (
    path: string,
    ...more: string[]
  ) => ["add", path, "--yes", "--dir", place.plugins, ...more];
  await succeeds(add(good));
  await fails(add(evil), /error\[I015\].*installed already/);
  await succeeds(["verify", "--dir", place.plugins]);
  await succeeds(add(evil, "--replace"));
});

Deno.test("a folder of plugins that is a link, or that others may write to, takes no plugin", async () => {
  using place = new Place();
  const path = place.file("package.tgz", packed(pluginFiles()));
  Deno.mkdirSync(`${place.path}/elsewhere`);
  Deno.symlinkSync(`${place.path}/elsewhere`, place.plugins);
  await fails(["add", path, "--yes", "--dir", place.plugins], /error\[I020\].*symbolic link/);
  assertEquals([...Deno.readDirSync(`${place.path}/elsewhere`)], []);
  Deno.chmodSync(`${place.path}/elsewhere`, 0o777);
  await fails(
    ["add", path, "--yes", "--dir", `${place.path}/elsewhere`],
    /error\[I020\].*others may write/,
  );
});
