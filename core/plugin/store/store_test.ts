import { assert, assertEquals, assertRejects } from "../../../tests/assert.ts";
import { NO_PERMISSIONS } from "../permissions.ts";
import {
  findInstalled,
  install,
  openInstalled,
  PackageError,
  readLockFile,
  strangersIn,
  uninstall,
  verifyInstalled,
} from "./mod.ts";
import { guarded } from "./guard.ts";
import { madeInstallation } from "./testing.ts";

function temporary() {
  const path = Deno.makeTempDirSync({ prefix: "falcod-store-" });
  return {
    path: `${path}/plugins`,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

const namesIn = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

/** The problem that stands in the way of the plugin "pager". */
async function problemOf(folder: string): Promise<string> {
  const found = await findInstalled(folder, "pager");
  assert(found?.kind === "problem", `it is ${found?.kind}`);
  return `${found.finding.code} ${found.finding.title}`;
}

Deno.test("install() puts files, lock file and permissions in place, findInstalled() has them", async () => {
  using folder = temporary();
  const asked = { ...NO_PERMISSIONS, net: ["pager.example:443"] };
  const granted = { ...asked, env: ["NEVER_ASKED_FOR"] };
  await install(
    folder.path,
    await madeInstallation({ granted, manifest: { permissions: { net: asked.net } } }),
  );
  const found = await findInstalled(folder.path, "pager");
  assert(found?.kind === "package");
  assertEquals(found.manifest.version, "1.0.0");
  assertEquals(found.granted, asked);
  assertEquals(found.folder, `${folder.path}/pager/1.0.0`);
  assertEquals(new TextDecoder().decode(await found.read("mod.js")), "export default {};\n");
  assertEquals(namesIn(folder.path), [".lock", "falcod-plugins.lock.json", "pager"]);
});

Deno.test("install() replaces another version, and the same one with other files", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  await install(folder.path, await madeInstallation({ code: "export default 1;\n" }));
  assertEquals(await verifyInstalled(folder.path).then(([one]) => one!.problems), []);
  await install(folder.path, await madeInstallation({ version: "2.0.0" }));
  assertEquals(namesIn(`${folder.path}/pager`), ["2.0.0"]);
  assertEquals((await readLockFile(folder.path)).map(({ version }) => version), ["2.0.0"]);
});

Deno.test("install() changes nothing when what is there must stay", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  const mayReplace = () => {
    throw new PackageError("I015", "no");
  };
  await assertRejects(
    install(folder.path, await madeInstallation({ version: "2.0.0" }), { mayReplace }),
  );
  assertEquals(namesIn(`${folder.path}/pager`), ["1.0.0"]);
});

Deno.test("uninstall() removes files and entry, and says when there is none", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  assertEquals((await uninstall(folder.path, "pager"))?.version, "1.0.0");
  assertEquals(await uninstall(folder.path, "pager"), undefined);
  assertEquals(await findInstalled(folder.path, "pager"), undefined);
  assertEquals(namesIn(folder.path), [".lock", "falcod-plugins.lock.json"]);
});

Deno.test("findInstalled() knows nothing of plugins where there is no folder", async () => {
  assertEquals(await findInstalled("/nonexistent/plugins", "pager"), undefined);
});

const CHANGES: Readonly<Record<string, readonly [(own: string) => void, RegExp]>> = {
  "a byte": [
    (own) => Deno.writeTextFileSync(`${own}/mod.js`, "export default [];\n"),
    /^I023 .*another one/,
  ],
  "a length": [(own) => Deno.writeTextFileSync(`${own}/mod.js`, "x"), /^I023 .*size/],
  "a file that is missing": [(own) => Deno.removeSync(`${own}/mod.js`), /^I020 /],
  "a link in place of a file": [(own) => {
    Deno.renameSync(`${own}/mod.js`, `${own}/other.js`);
    Deno.symlinkSync(`${own}/other.js`, `${own}/mod.js`);
  }, /^I020 .*symbolic link/],
  "a link in place of the folder": [(own) => {
    Deno.renameSync(own, `${own}.real`);
    Deno.symlinkSync(`${own}.real`, own);
  }, /^I020 .*symbolic link/],
  "a named pipe in place of a file": [(own) => {
    Deno.removeSync(`${own}/mod.js`);
    new Deno.Command("mkfifo", { args: [`${own}/mod.js`] }).outputSync();
  }, /^I020 .*no file/],
  "a file that others may write": [
    (own) => Deno.chmodSync(`${own}/mod.js`, 0o666),
    /^I020 .*others may write/,
  ],
  "a folder that others may write": [(own) => Deno.chmodSync(own, 0o777), /^I020 .*others/],
};

for (const [what, [change, wanted]] of Object.entries(CHANGES)) {
  Deno.test(`findInstalled() and verifyInstalled() refuse ${what}`, async () => {
    using folder = temporary();
    await install(folder.path, await madeInstallation());
    change(`${folder.path}/pager/1.0.0`);
    const problem = await problemOf(folder.path);
    assert(wanted.test(problem), problem);
    const [verified] = await verifyInstalled(folder.path);
    assert(verified!.problems.length > 0);
  });
}

Deno.test("findInstalled() refuses a folder that others may change, or its parent", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  Deno.chmodSync(folder.path, 0o775);
  assert(/others may write/.test(await problemOf(folder.path)));
  Deno.chmodSync(folder.path, 0o755);
  Deno.chmodSync(folder.path.replace(/\/plugins$/, ""), 0o777);
  assert(/everybody may write/.test(await problemOf(folder.path)));
});

Deno.test("install() does not write through a folder that is a symbolic link", async () => {
  using folder = temporary();
  const elsewhere = `${folder.path}-elsewhere`;
  Deno.mkdirSync(elsewhere);
  Deno.symlinkSync(elsewhere, folder.path);
  await assertRejects(install(folder.path, await madeInstallation()), /symbolic link/);
  assertEquals(namesIn(elsewhere), []);
});

Deno.test("install() takes a folder that is reached over a link, if it is the link of nobody else", async () => {
  using folder = temporary();
  const above = folder.path.replace(/\/plugins$/, "");
  Deno.mkdirSync(`${above}/real`);
  Deno.symlinkSync(`${above}/real`, `${above}/link`);
  await install(`${above}/link/plugins`, await madeInstallation());
  assertEquals((await findInstalled(`${above}/link/plugins`, "pager"))?.kind, "package");
  if (Deno.uid() === 0) {
    new Deno.Command("chown", { args: ["-h", "65534", `${above}/link`] }).outputSync();
    const problem = await findInstalled(`${above}/link/plugins`, "pager");
    assert(problem?.kind === "problem" && /link of the user 65534/.test(problem.finding.title));
  }
  Deno.chmodSync(`${above}/real`, 0o777);
  await assertRejects(
    install(`${above}/link/plugins`, await madeInstallation()),
    /link of the user|everybody may write/,
  );
});

Deno.test("findInstalled() takes nothing from behind a link that leads to somebody else's", async () => {
  using folder = temporary();
  const path = folder.path.replace(/\/plugins$/, "");
  for (const name of ["real", "theirs"]) Deno.mkdirSync(`${path}/${name}`);
  Deno.symlinkSync(`${path}/real`, `${path}/theirs/link`);
  Deno.symlinkSync("theirs/link", `${path}/link`);
  await install(`${path}/real/plugins`, await madeInstallation());
  assert((await findInstalled(`${path}/link/plugins`, "pager"))?.kind === "package");
  if (Deno.uid() !== 0) return;
  Deno.chownSync(`${path}/theirs`, 65534, null);
  assert(/belongs to the user 65534/.test(await problemOf(`${path}/link/plugins`)));
});

Deno.test("findInstalled() refuses files of another user", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  if (Deno.uid() !== 0) return;
  Deno.chownSync(`${folder.path}/pager/1.0.0/mod.js`, 65534, null);
  assert(/belongs to the user 65534/.test(await problemOf(folder.path)));
});

Deno.test("a folder in one of another user's is refused", async () => {
  if (Deno.uid() !== 0) return;
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  const above = folder.path.replace(/\/plugins$/, "");
  Deno.chownSync(above, 65534, null);
  const wanted = /belongs to the user 65534, who can put another in its place/;
  assert(wanted.test(await problemOf(folder.path)));
  await assertRejects(install(folder.path, await madeInstallation()), wanted);
});

Deno.test("install() replaces a link that stands where the plugin's folder is to be", async () => {
  using folder = temporary();
  const elsewhere = `${folder.path}-elsewhere`;
  Deno.mkdirSync(elsewhere);
  Deno.mkdirSync(folder.path);
  Deno.symlinkSync(elsewhere, `${folder.path}/pager`);
  await install(folder.path, await madeInstallation());
  assertEquals(namesIn(elsewhere), []);
  assertEquals((await findInstalled(folder.path, "pager"))?.kind, "package");
});

const LOCK_FILES: Readonly<Record<string, string>> = {
  "a half": '{ "formatVersion": 1, "plugins": [',
  "nothing": "",
  "another format": '{ "formatVersion": 2, "plugins": [] }',
  "an unknown key": '{ "formatVersion": 1, "plugins": [], "trusted": true }',
  "a sequence": "[]",
  "a name that leads elsewhere": lockOf({ name: "../../etc" }),
  "a name of JavaScript's own": lockOf({ name: "__proto__" }),
  "a version that leads elsewhere": lockOf({ version: "../1.0.0" }),
  "a file that leads elsewhere": lockOf({
    files: [{ path: "../../shadow", sizeBytes: 1, sha256: "0".repeat(64) }],
  }),
  "a plugin twice": lockOf({}, {}),
};

function lockOf(...changed: readonly Record<string, unknown>[]): string {
  const entry = {
    name: "pager",
    version: "1.0.0",
    kind: "sink",
    requested: "x",
    from: "x",
    files: [{ path: "mod.js", sizeBytes: 1, sha256: "0".repeat(64) }],
    granted: {},
    installedAt: "2026-01-01T00:00:00.000Z",
  };
  const plugins = changed.map((keys) => ({ ...entry, ...keys }));
  return JSON.stringify({ formatVersion: 1, plugins });
}

for (const [what, text] of Object.entries(LOCK_FILES)) {
  Deno.test(`a lock file with ${what} is told of, and nothing is changed on its word`, async () => {
    using folder = temporary();
    await install(folder.path, await madeInstallation());
    const path = `${folder.path}/falcod-plugins.lock.json`;
    Deno.writeTextFileSync(path, text);
    assert(/^I021 /.test(await problemOf(folder.path)));
    await assertRejects(install(folder.path, await madeInstallation()), /Cannot use/);
    await assertRejects(uninstall(folder.path, "pager"), /Cannot use/);
    assertEquals(Deno.readTextFileSync(path), text);
  });
}

Deno.test("findInstalled() refuses a plugin for another API, which can still be looked at", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation({ manifest: { api: "^99.0.0" } }));
  assert(/^P003 /.test(await problemOf(folder.path)));
  const [entry] = await readLockFile(folder.path);
  assertEquals((await openInstalled(folder.path, entry!, { anyApi: true })).version, "1.0.0");
  assertEquals((await verifyInstalled(folder.path))[0]!.problems, []);
});

Deno.test("findInstalled() does not take a manifest for another plugin's", async () => {
  using folder = temporary();
  const made = await madeInstallation({ manifest: { name: "other" } });
  await install(folder.path, made);
  assert(/^I023 .*the sink "other"/.test(await problemOf(folder.path)));
});

Deno.test("verifyInstalled() and strangersIn() name what nobody installed", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  Deno.writeTextFileSync(`${folder.path}/pager/1.0.0/extra.js`, "");
  Deno.mkdirSync(`${folder.path}/stranger`);
  const [verified] = await verifyInstalled(folder.path);
  assert(/extra\.js" was not installed/.test(verified!.problems[0]!.title));
  assertEquals(await strangersIn(folder.path), [`${folder.path}/stranger`]);
});

Deno.test("install() clears away what an interrupted one has left", async () => {
  using folder = temporary();
  await install(folder.path, await madeInstallation());
  Deno.mkdirSync(`${folder.path}/.new-abc/deep`, { recursive: true });
  Deno.symlinkSync("/etc", `${folder.path}/.old-link`);
  Deno.writeTextFileSync(`${folder.path}/.new-falcod-plugins.lock.json`, "half");
  await install(folder.path, await madeInstallation({ version: "1.0.1" }));
  assertEquals(namesIn(folder.path), [".lock", "falcod-plugins.lock.json", "pager"]);
  assert(Deno.statSync("/etc").isDirectory);
});

Deno.test("guarded() lets one at a time change the folder, and gives up in the end", async () => {
  using folder = temporary();
  const order: string[] = [];
  const begun = Promise.withResolvers<void>(), held = Promise.withResolvers<void>();
  const first = guarded(folder.path, async () => {
    order.push("first begins");
    begun.resolve();
    await held.promise;
    order.push("first ends");
  });
  await begun.promise;
  await assertRejects(
    guarded(folder.path, () => Promise.resolve(), { waitMs: 100 }),
    /Somebody else/,
  );
  const second = guarded(folder.path, () => Promise.resolve(order.push("second")));
  held.resolve();
  await Promise.all([first, second]);
  assertEquals(order, ["first begins", "first ends", "second"]);
});

Deno.test("many install() at once leave every one of them installed", async () => {
  using folder = temporary();
  const names = ["one", "two", "three", "four", "five", "six"];
  await Promise.all(names.map(async (name) => {
    await install(folder.path, { ...await madeInstallation({ manifest: { name } }), name });
  }));
  assertEquals((await readLockFile(folder.path)).map(({ name }) => name), names.toSorted());
  for (const name of names) assertEquals((await findInstalled(folder.path, name))?.kind, "package");
});
