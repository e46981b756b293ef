/** What falcod says of plugins in falco.yaml that are libraries. */
import { configText, wireNatives } from "../../core/app/config/natives.ts";
import { checkConfig } from "../../core/app/config/check.ts";
import { readConfigText } from "../../core/app/config/load.ts";
import { nodeAt } from "../../core/app/config/tree.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import { Registry } from "../../core/plugin/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Place, succeeds } from "../packages/running.ts";
import { packed } from "../packages/tar.ts";
import { builtPlugin } from "./build.ts";

const source = builtPlugin("source"), observer = builtPlugin("observer");

async function wired(plugins: string, more = "") {
  const report = new Report();
  const registry = new Registry(builtinPlugins);
  const text = `plugins:\n${plugins}\n${more}`;
  const root = readConfigText(new SourceText("falco.yaml", text), {
    environment: () => undefined,
    report,
  })!;
  const loaded = { config: checkConfig(root, report), root, files: [] };
  const natives = await wireNatives(loaded, { registry, report });
  const problems = report.diagnostics.map(({ code, title, at, help }) => {
    const { line, column } = at!.source.position(at!.start);
    return `${line}:${column} ${code} ${title} (${help})`;
  });
  return { natives, registry, problems, root };
}

Deno.test("wireNatives() makes sources and fields of libraries known", async () => {
  const { natives, registry, problems } = await wired(
    `  - {name: falcod_test, library_path: ${source}, open_params: " 7 "}
  - {name: falcod_observer, library_path: ${observer}}`,
  );
  assertEquals(problems, []);
  assertEquals(natives.map(({ plugin, openParams }) => [plugin.name, openParams]), [
    ["falcod_test", "7"],
    ["falcod_observer", ""],
  ]);
  assert(registry.eventSources().includes("falcod_test"));
  const has = async (source: string, field: string) => (await registry.fieldsOf(source)).has(field);
  assertEquals(await has("falcod_test", "test.number"), true);
  assertEquals(await has("syscall", "test.number"), false);
  for (const source of ["falcod_test", "syscall", "k8s_audit"]) {
    assertEquals(await has(source, "obs.type"), true, source);
  }
});

Deno.test("wireNatives() misses the library of json only where a plugin is there that may want it", async () => {
  const json = "  - {name: json, library_path: libjson.so}\n";
  const { problems } = await wired(json + "  - {name: other, library_path: libother.so}");
  assertEquals(problems.map((problem) => problem.split(" ")[3]), ['"other"']);
  const wanted = await wired(`${json}  - {name: falcod_test, library_path: ${source}}`);
  assert(wanted.problems[0]?.includes('plugin "json" is not loaded'), `${wanted.problems}`);
  assert(
    wanted.problems[0]?.includes("json is built in for audit events only"),
    wanted.problems[0],
  );
  assertEquals(wanted.problems.length, 1);
});

Deno.test("wireNatives() loads what load_plugins names, and leaves what is built in", async () => {
  const plugins = `  - {name: falcod_test, library_path: ${source}}
  - {name: k8saudit, library_path: libk8saudit.so}
  - {name: container, library_path: libcontainer.so}`;
  assertEquals((await wired(plugins)).natives.length, 1);
  assertEquals((await wired(plugins, "load_plugins: []")).natives.length, 0);
  const { natives, problems } = await wired(plugins, "load_plugins: [falcod_test, container]");
  assertEquals([natives.length, problems], [1, []]);
});

Deno.test("wireNatives() says where a plugin stands that cannot be loaded", async () => {
  const said = async (entry: string) => (await wired(`  - ${entry}`)).problems;
  assertEquals(await said("{name: okta, library_path: libokta.so}"), [
    '2:32 C018 plugin "okta" is not loaded: there is no file "/usr/share/falco/plugins/libokta.so" ' +
    "(falcod plugin add --trusted oci://ghcr.io/falcosecurity/plugins/plugin/okta fetches it and " +
    "shows its path, or check library_path)",
  ]);
  const [mine] = await said("{name: mine, library_path: /none/libmine.so}");
  assert(mine!.endsWith("(check library_path)"), mine);
  const [near] = await said("{name: k8saudt, library_path: libk8saudit.so}");
  assert(near!.endsWith('(did you mean "k8saudit"?)'), near);
  assert(near!.startsWith("2:12 C018"), "the mistake is in the name");
  const [another] = await said("{name: k8saudit-eks, library_path: libk8saudit-eks.so}");
  assert(another!.includes("plugins/plugin/k8saudit-eks fetches it"), another);
  const [unknown] = await said("{name: k8saudit-mine, library_path: libk8saudit-mine.so}");
  assert(unknown!.includes("another plugin than k8saudit"), unknown);
  const old = builtPlugin("minimal", ['API="2.0.0"']);
  const [version] = await said(`{name: old, library_path: ${old}}`);
  assert(version!.includes("it needs version 2.0.0 of the plugin interface"), version);
  const kernel = builtPlugin("minimal", ["OPENS", "DELIVERS"]);
  const [calls] = await said(`{name: kernel, library_path: ${kernel}}`);
  assert(calls!.includes("events of system calls in place of the kernel"), calls);
});

Deno.test("wireNatives() says of fields for a source nobody delivers that its plugin is left out", async () => {
  const fields = JSON.stringify('[{"name":"my.field","type":"string","desc":"mine"}]');
  const sources = JSON.stringify('["okta"]');
  const extractor = builtPlugin("minimal", ["EXTRACTS", `FIELDS=${fields}`, `SOURCES=${sources}`]);
  const plugins = `  - {name: mine, library_path: ${extractor}}
  - {name: okta, library_path: libokta.so}`;
  const { problems: [alone] } = await wired(plugins, "load_plugins: [mine]");
  assert(alone!.includes("C018") && alone!.includes("events of okta, which nobody"), alone);
  assert(
    alone!.endsWith('("okta" stands under plugins and not under load_plugins: name it there, too)'),
    alone,
  );
});

Deno.test("wireNatives() refuses a plugin that is there already, and fields that are", async () => {
  const entry = (name: string, path: string) => `  - {name: ${name}, library_path: ${path}}\n`;
  const twice = await wired(entry("one", source) + entry("two", source));
  assertEquals(twice.problems.length, 1);
  assert(twice.problems[0]!.startsWith('3:31 C018 plugin "two" is not loaded'), twice.problems[0]);
  const fields = JSON.stringify('[{"name":"obs.comm","type":"string","desc":"mine"}]');
  const other = builtPlugin("minimal", ["EXTRACTS", `FIELDS=${fields}`]);
  const { problems } = await wired(entry("observer", observer) + entry("other", other));
  assert(problems.length > 0);
  assert(
    problems[0]!.includes('plugin "falcod_observer" has a field "obs.comm", too'),
    problems[0],
  );
});

Deno.test("wireNatives() lets a library take the place of the source that is built in, unless both are asked for", async () => {
  const fields = JSON.stringify('[{"name":"ka.verb","type":"string","desc":"mine"}]');
  const library = builtPlugin("minimal", [
    ...["EXTRACTS", `FIELDS=${fields}`, "OPENS", "DELIVERS", "ID=7", 'EVENT_SOURCE="k8s_audit"'],
  ]);
  const alone = await wired(`  - {name: eks, library_path: ${library}}`);
  assertEquals(alone.problems, []);
  const { size } = await alone.registry.fieldsOf("k8s_audit");
  assert(size < (await new Registry(builtinPlugins).fieldsOf("k8s_audit")).size);
  const { problems } = await wired(
    `  - {name: k8saudit, library_path: x.so, open_params: /a}
  - {name: eks, library_path: ${library}}`,
  );
  assert(problems[0]!.includes('plugin "k8saudit", which is built in'), problems[0]);
});

Deno.test("wireNatives() holds init_config against the plugin's own schema", async () => {
  const with_ = (init: string) =>
    wired(`  - name: falcod_test\n    library_path: ${source}\n    init_config: ${init}`);
  for (const good of ["", "''", "'{}'", "{greeting: hi, level: 9, fail: no}", "'{\"level\": 2}'"]) {
    assertEquals((await with_(good)).problems, [], good);
  }
  for (const none of ["", "''", "~"]) {
    assertEquals((await with_(none)).natives[0]!.config, "{}", "Falco hands on an empty object");
  }
  const [level] = (await with_("{greeting: hi, level: 12}")).problems;
  assert(level!.startsWith('4:40 C044 plugin "falcod_test" does not take this init_config'), level);
  assert(level!.includes('at "level"'), level);
  assert(level!.endsWith("(falcod --plugin-info falcod_test shows its schema)"), level);
  for (
    const bad of ["{unknown: 1}", "{greeting: 7}", "'no json'", "'[1]'", "[1]", "'{\"level\":0}'"]
  ) {
    // Its source and fields are there all the same: rules are not to blame.
    const { problems, natives } = await with_(bad);
    assertEquals([problems.length > 0, natives.length], [true, 1], bad);
  }
});

Deno.test("configText() hands a mapping on as JSON, with values as Falco reads them", async () => {
  const init = `{a: 1, b: "2", c: 1.5, d: yes, e: off, f: text, g: [x, 3], h: {i: ~}, j: 0x10}`;
  const { root } = await wired(`  - {name: x, library_path: x.so, init_config: ${init}}`);
  assertEquals(
    configText(nodeAt(root, ["plugins", 0, "init_config"])),
    '{"a":1,"b":2,"c":1.5,"d":true,"e":false,"f":"text","g":["x",3],"h":{"i":null},"j":16}',
  );
});

Deno.test("wireNatives() loads an installed library as it was installed, or not at all", async () => {
  using place = new Place();
  const archive = place.file("p.tgz", packed({ "libtest.so": Deno.readFileSync(source) }));
  await succeeds(["add", archive, "--yes", "--trusted", "--dir", place.plugins]);
  const library = `${place.plugins}/test/0.0.0/libtest.so`;
  const load = async (path: string) => {
    const entry = `  - {name: falcod_test, library_path: ${path}}`;
    return await wired(entry, `plugins_dir: ${place.plugins}`);
  };
  const { natives, problems } = await load(library);
  assertEquals([natives.length, problems], [1, []]);
  Deno.copyFileSync(source, `${place.plugins}/other.so`);
  for (const path of [`${place.plugins}/other.so`, library.replace("0.0.0", "0.0.1")]) {
    const stray = await load(path);
    assert(stray.natives.length === 0 && stray.problems[0]!.includes("P010"), stray.problems[0]);
  }
  Deno.writeFileSync(library, new Uint8Array([0]), { append: true });
  const changed = await load(library);
  assert(
    changed.natives.length === 0 && changed.problems[0]!.includes("I023"),
    changed.problems[0],
  );
});
