import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { type Diagnostic, Report, toFile } from "../../base/mod.ts";
import { loadConfig } from "./load.ts";

interface Loaded {
  readonly config: ReturnType<typeof loadConfig>["config"];
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads `main.yaml` of a folder made of the given files; `<dir>` in them stands for the folder. */
function load(files: Record<string, string>, options: readonly string[] = []): Loaded {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-config-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${folder}/${name}`, text.replaceAll("<dir>", folder));
    }
    const report = new Report();
    const loaded = loadConfig({
      path: `${folder}/main.yaml`,
      options: options.map((option) => option.replaceAll("<dir>", folder)),
      environment: (name) => ({ LEVEL: "warning" } as Record<string, string>)[name],
      rulesFolder: "/somewhere/rules",
    }, report);
    const names = loaded.files.map((file) => file.replace(`${folder}/`, ""));
    return { config: loaded.config, files: names, diagnostics: report.diagnostics };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** `code line:column` of each diagnostic. */
function places(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, at }) => {
    if (!at) return code;
    const { source, start } = toFile(at);
    const { line, column } = source.position(start);
    return `${code} ${line}:${column}`;
  });
}

Deno.test("loadConfig() gives defaults for an empty file", () => {
  for (const text of ["", "# nothing\n", "---\n"]) {
    const { config, diagnostics } = load({ "main.yaml": text });
    assertEquals(places(diagnostics), []);
    assertObjectMatch(config, { json_output: false, priority: "Debug", log_stderr: true });
  }
});

Deno.test("loadConfig() reads booleans and numbers however they are spelled", () => {
  const { config, diagnostics } = load({
    "main.yaml":
      `json_output: "TRUE"\nbuffered_outputs: yes\nengine: {kmod: {buf_size_preset: 0x3}}`,
  });
  assertEquals(places(diagnostics), []);
  assertObjectMatch(config, {
    json_output: true,
    buffered_outputs: true,
    engine: { kmod: { buf_size_preset: 3 } },
  });
});

Deno.test("loadConfig() reads words for rule_matching and priority in any case, as Falco does", () => {
  const { config, diagnostics } = load({ "main.yaml": "rule_matching: ALL\npriority: WARNING\n" });
  assertEquals([config.rule_matching, config.priority, diagnostics], ["all", "Warning", []]);
});

Deno.test("loadConfig() refuses a name in extra_fields whose text would be another's", () => {
  const text = (fields: string) => `append_output:\n  - extra_fields: ${fields}\n`;
  const found = (fields: string) => places(load({ "main.yaml": text(fields) }).diagnostics);
  assertEquals(found("[evt.num, {a: x}, {b: x}, evt.num]"), []);
  assertEquals(found("[{a: x}, {a: y}]"), ["C004 2:19"]);
  assertEquals(found("[evt.num, {evt.num: y}]"), ["C004 2:19"]);
});

Deno.test("loadConfig() reports every mistake at its place and keeps the rest", () => {
  const { config, diagnostics } = load({
    "main.yaml": "json_output: maybe\npriority: loud\nrules_files: [a.yaml]\nengine:\n  kind: x\n",
  });
  assertEquals(places(diagnostics).sort(), ["C004 1:14", "C004 2:11", "C004 5:9"]);
  assertEquals(config.rules_files, ["a.yaml"]);
});

Deno.test("loadConfig() tells of a variable that is not set, and not that the value is empty", () => {
  const { config, diagnostics } = load({
    "main.yaml": "json_output: ${UNSET}\npriority: ${UNSET}\nengine: {kind: ''}\n",
  });
  assertEquals(places(diagnostics), ["C033 1:14", "C033 2:11", "C004 3:16"]);
  assertObjectMatch(config, { json_output: false, priority: "Debug" });
  // It is refused for what then stands there: that is no second error.
  const refused = load({ "main.yaml": "priority: north-${UNSET}\n" });
  assertEquals(places(refused.diagnostics), ["C033 1:11"]);
  assertObjectMatch(refused.diagnostics[0], {
    severity: "error",
    title: "the environment has no UNSET: nothing stands in place of ${UNSET}",
    notes: [{
      message: '"priority" wants one of emergency, alert, critical, error, warning, notice, ' +
        'informational, debug, found "north-${UNSET}"',
    }],
  });
});

Deno.test("loadConfig() tells of a list's only item what is wrong, and not that the list is empty", () => {
  const { diagnostics } = load({ "main.yaml": "dedup: {keys: [rul]}\n" });
  assertEquals(places(diagnostics), ["C004 1:16"]);
  const both = load({ "main.yaml": "json_output: maybe\ndedup: {keys: []}\n" });
  assertEquals(places(both.diagnostics).sort(), ["C004 1:14", "C004 2:15"]);
});

Deno.test("loadConfig() warns of variables that are not set, where they are named", () => {
  const { config, diagnostics } = load({
    "main.yaml":
      "time_format_iso_8601: true\nstatic_fields: {a: 'x${NO_SUCH_ONE}y', b: '$${NO_SUCH_ONE}'}\n",
  });
  assertEquals(config.static_fields, { a: "xy", b: "${NO_SUCH_ONE}" });
  assertEquals(places(diagnostics), ["C033 2:20"]);
  assertObjectMatch(diagnostics[0], {
    severity: "warning",
    title: "the environment has no NO_SUCH_ONE: nothing stands in place of ${NO_SUCH_ONE}",
  });
});

Deno.test("loadConfig() says of a variable behind -o that it is a text there, as in Falco", () => {
  const help = (name: string) => {
    const options = [`priority=${name}`, `webserver={listen_port: "${name}"}`];
    return load({ "main.yaml": "" }, options).diagnostics.map((diagnostic) => diagnostic.help);
  };
  const told = "variables are replaced in files alone: leave those of -o to the shell";
  assertEquals(help("${LEVEL}"), [told, told]);
  assert(!help("LEVEL").includes(told));
});

Deno.test("loadConfig() warns of unknown keys and suggests the nearest", () => {
  const { diagnostics } = load({ "main.yaml": "jsn_output: true\nengine:\n  knid: kmod\n" });
  assertEquals(places(diagnostics).sort(), ["C003 1:1", "C003 3:3"]);
  const help = diagnostics.map((diagnostic) => diagnostic.help).sort();
  assertEquals(help, ['did you mean "json_output"?', 'did you mean "kind"?']);
  assert(diagnostics.every((diagnostic) => diagnostic.severity === "warning"));
});

Deno.test("loadConfig() knows no key for being one that every object has", () => {
  const text = "constructor: {a: 1}\nhttp_output: {toString: {call: 1}}\n";
  const { diagnostics } = load({ "main.yaml": text }, ["valueOf.x=1"]);
  assertEquals(places(diagnostics).sort(), ["C003 1:1", "C003 1:1", "C003 2:15"]);
});

Deno.test("loadConfig() is done soon with a file of keys that are all unknown", () => {
  const text = Array.from({ length: 50_000 }, (_, i) => `key_${i}: a\n`).join("");
  const { diagnostics } = load({ "main.yaml": text });
  assertEquals(diagnostics.length, 1000);
});

Deno.test("loadConfig() places what -o says in -o, also where a file says it, too", () => {
  const file = { "main.yaml": "metrcis:\n  interval: 1h\n" };
  const place = (...options: string[]) => {
    const at = load(file, options).diagnostics[0]!.at!;
    return [toFile(at).source.name.replace(/.*\//, ""), at.start];
  };
  assertEquals(place("metrcis=5x"), ["<-o>", 0]);
  assertEquals(place("metrcis.interval=5x"), ["main.yaml", 0]);
});

Deno.test("loadConfig() names the new spelling of an old key, once, and warns where it has no effect", () => {
  const { config, diagnostics } = load({ "main.yaml": "rules_file:\n  - a.yaml\n  - b.yaml\n" });
  assertEquals(diagnostics.map(({ code, severity }) => `${code} ${severity}`), ["C005 info"]);
  const [note] = diagnostics[0]!.notes!;
  assert(/^rules_file: today rules_files \(.*main\.yaml:1\)$/.test(note!.message), note!.message);
  assertEquals(config.rules_file, ["a.yaml", "b.yaml"]);
  const none = load({ "main.yaml": "rule_files: [a.yaml]\n" }).diagnostics;
  assertEquals(none.map(({ code, severity }) => `${code} ${severity}`), ["C005 warning"]);
});

Deno.test("loadConfig() lists keys without effect, but not those that ask for nothing", () => {
  const { diagnostics } = load({
    "main.yaml": `
file_output: {enabled: false, filename: x}
buffer_format_base64: false
falco_libs: {thread_table_size: 1000, thread_table_auto_purging_interval_s: 300}
engine: {kind: modern_ebpf, modern_ebpf: {cpus_for_each_buffer: 2}, ebpf: {probe: /a.o}}
libs_logger: {severity: info, enabled: on}
webserver: {threadiness: 0}
plugins: [{name: container, library_path: libcontainer.so, init_config: {with_size: false}}]
load_plugins: [container]
metrics:
`,
  });
  assertEquals(diagnostics.length, 1);
  const [{ severity, notes }] = diagnostics as [Diagnostic];
  assertEquals(severity, "info");
  assertEquals(notes?.map((note) => note.message.split(" ")[0]), [
    "falco_libs.thread_table_size",
  ]);
});

Deno.test("loadConfig() expands variables in values", () => {
  const { config } = load({
    "main.yaml": "priority: ${LEVEL}\nrules_files: ['${FALCOD_RULES}/a.yaml']\n",
  });
  assertEquals(config.priority, "Warning");
  assertEquals(config.rules_files, ["/somewhere/rules/a.yaml"]);
});

Deno.test("loadConfig() merges included files by their strategy", () => {
  const files = (strategy: string) => ({
    "main.yaml": `
config_files: [{path: <dir>/more.yaml, strategy: ${strategy}}]
rules_files: [a.yaml]
json_output: false
`,
    "more.yaml": "rules_files: [b.yaml]\njson_output: true\npriority: error\n",
  });
  const results = ["append", "override", "add-only"].map((strategy) => {
    const { config, diagnostics } = load(files(strategy));
    assertEquals(places(diagnostics), []);
    return [config.rules_files, config.json_output, config.priority];
  });
  assertEquals(results, [
    [["a.yaml", "b.yaml"], true, "Error"],
    [["b.yaml"], true, "Error"],
    [["a.yaml"], false, "Error"],
  ]);
});

Deno.test("loadConfig() warns of an unknown strategy and appends", () => {
  const { config, diagnostics } = load({
    "main.yaml": "config_files: [{path: <dir>/more.yaml, strategy: wild}]\nrules_files: [a.yaml]\n",
    "more.yaml": "rules_files: [b.yaml]\n",
  });
  assertEquals(config.rules_files, ["a.yaml", "b.yaml"]);
  assertEquals(diagnostics.map(({ code }) => code), ["C012"]);
});

Deno.test("loadConfig() includes what -o names before the other -o have the last word", () => {
  const { config, files } = load(
    { "main.yaml": "", "more.yaml": "priority: error\n" },
    ["priority=notice", "config_files=<dir>/more.yaml"],
  );
  assertEquals(config.priority, "Notice");
  assertEquals(files, ["main.yaml", "more.yaml"]);
});

Deno.test("loadConfig() refuses a file that includes itself or includes from inside", () => {
  assertEquals(places(load({ "main.yaml": "config_files: <dir>/main.yaml\n" }).diagnostics), [
    "C009 1:15",
  ]);
  const nested = load({
    "main.yaml": "config_files: <dir>/more.yaml\n",
    "more.yaml": "priority: error\nconfig_files: [x]\n",
  });
  assertEquals(places(nested.diagnostics), ["C009 2:1"]);
});

Deno.test("loadConfig() passes over included files that do not exist, and says so", () => {
  const { diagnostics } = load({ "main.yaml": "config_files: [<dir>/none.yaml]\n" });
  assertObjectMatch(diagnostics[0], { code: "C011", severity: "info" });
});

Deno.test("loadConfig() takes a mapping in braces from -o", () => {
  const { config } = load({ "main.yaml": "" }, ['rules[]={"disable": {"tag": "network"}}']);
  assertEquals(config.rules, [{ disable: { tag: "network" } }]);
});

Deno.test("loadConfig() reports a mistake in an option at the option", () => {
  const { diagnostics } = load({ "main.yaml": "" }, ["json_output=maybe"]);
  assertObjectMatch(diagnostics[0], { code: "C004" });
  assertEquals(diagnostics[0]?.at?.source.name, "<-o>");
});

Deno.test("loadConfig() takes a sequence in brackets from -o where a list is wanted", () => {
  const options = ["syscall_event_drops.actions=[log, exit]", "static_fields.place=[x]"];
  const { config, diagnostics } = load({ "main.yaml": "" }, options);
  assertEquals(diagnostics, []);
  assertEquals(config.syscall_event_drops.actions, ["log", "exit"]);
  assertEquals(config.static_fields, { place: "[x]" });
});

Deno.test("loadConfig() says how a list or a mapping is given by -o", () => {
  const told = (option: string) =>
    load({ "main.yaml": "" }, [option]).diagnostics
      .map(({ title, help }) => `${title}; ${help}`);
  const wants = '"append_output" wants a sequence';
  const list = `${wants}, each item a mapping`;
  assertEquals(told("append_output="), [`${list}, found nothing; the default is used`]);
  assertEquals(told('append_output=[{"a": 1}'), [
    `${list}, found "[{\\"a\\": 1}"; there is no "]" at its end`,
  ]);
  assertEquals(told("append_output={extra_output: a}"), [
    `${wants}, found a mapping; ` +
    "write -o append_output[]={…} to append it, or -o append_output=[{…}] to have no other",
  ]);
  assertEquals(told("outputs_queue={capacity: 5"), [
    '"outputs_queue" wants a mapping, found "{capacity: 5"; there is no "}" at its end',
  ]);
  for (const option of ["append_output=[]", "append_output[]={extra_output: a}", "sinks=[]"]) {
    assertEquals(told(option), []);
  }
});

Deno.test("loadConfig() leaves no gaps in lists", () => {
  const files = { "main.yaml": "rules_files: [a.yaml]" };
  const { config, diagnostics } = load(files, ["rules_files[3]=b.yaml", "sinks[1].type=stdout"]);
  assertEquals(places(diagnostics), ["C008 1:12", "C008 1:6"]);
  assertEquals(diagnostics[0]?.help, "write [1] or []: both append");
  assertEquals([config.rules_files, config.sinks], [["a.yaml"], []]);
  assertEquals(load(files, ["rules_files[1]=b.yaml"]).config.rules_files, ["a.yaml", "b.yaml"]);
});

Deno.test("loadConfig() calls elements of lists by the numbers they have in the file", () => {
  const { diagnostics } = load({
    "main.yaml": "plugins: [x, {name: a}, {name: b, librry_path: c}]",
  });
  assertEquals(diagnostics.map(({ title }) => title), [
    '"plugins[0]" wants a mapping with name and library_path, found "x"',
    '"plugins[1]" has no "library_path"',
    '"plugins[2]" has no "library_path"',
    'unknown key "librry_path" in "plugins[2]"',
  ]);
  const later = load({ "main.yaml": "append_output: [x, {match: y}, {match: {tags: {}}}]" });
  assertEquals(later.diagnostics.map(({ title }) => title), [
    '"append_output[0]" wants a mapping, found "x"',
    '"append_output[1].match" wants a mapping with source, tags or rule, found "y"',
    '"append_output[2].match.tags" wants a sequence, found an empty mapping',
  ]);
});

Deno.test("loadConfig() takes {} where a list is wanted as one of nothing, as Falco does", () => {
  const { config, diagnostics } = load({ "main.yaml": "append_output: {}\nload_plugins: {}" });
  const help = "it is taken as [], an empty list";
  assertEquals(
    diagnostics.map((found) => [found.severity, found.title, found.help]),
    ["append_output", "load_plugins"].map((key) => {
      return ["warning", `"${key}" wants a sequence, found an empty mapping`, help];
    }),
  );
  assertEquals([config.append_output, config.load_plugins], [[], []]);
  const empty = load({ "main.yaml": "dedup: {keys: {}}" }).diagnostics;
  assertEquals(empty.map(({ severity }) => severity).sort(), ["error", "warning"]);
  const other = load({ "main.yaml": "log_level: {}" });
  assertEquals(other.diagnostics.map(({ severity }) => severity), ["error"]);
});

Deno.test("loadConfig() keeps load_plugins apart: absent is not empty", () => {
  assertEquals(load({ "main.yaml": "" }).config.load_plugins, undefined);
  assertEquals(load({ "main.yaml": "load_plugins: []" }).config.load_plugins, []);
});

Deno.test("loadConfig() reports what is no mapping, and what cannot be read", () => {
  assertEquals(places(load({ "main.yaml": "- rule: x\n" }).diagnostics), ["C002 1:3"]);
  assertEquals(places(load({ "main.yaml": "" }, ["config_files=<dir>"]).diagnostics), []);
  assertObjectMatch(load({}).diagnostics[0], { code: "C001", severity: "error" });
});

Deno.test("loadConfig() tells of every file and directory before it reads anything of it", () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-config-" });
  try {
    const main = `${folder}/main.yaml`, included = `${folder}/config.d/a.yaml`;
    Deno.writeTextFileSync(main, "");
    const told: string[] = [];
    const beforeReading = (path: string) => {
      told.push(path.replace(folder, ""));
      if (path === main) {
        Deno.writeTextFileSync(main, `config_files: ["${folder}/config.d"]\n`);
        Deno.mkdirSync(`${folder}/config.d`);
      } else if (path !== included) Deno.writeTextFileSync(included, "");
      else Deno.writeTextFileSync(included, "priority: error\n");
    };
    const { config } = loadConfig({
      path: main,
      options: [],
      environment: () => undefined,
      rulesFolder: "/somewhere/rules",
      beforeReading,
    }, new Report());
    assertEquals(told, ["/main.yaml", "/config.d", "/config.d/a.yaml"]);
    assertEquals(config.priority, "Error");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("loadConfig() tells what is broken in every file, and what is wrong in the rest of them", () => {
  const { diagnostics, config } = load({
    "main.yaml":
      "config_files: [<dir>/more.yaml]\njson_output true\npriority: lod\nfile_output: [\n",
    "more.yaml": "rules_files: [a.yaml\nlog_level: debgu\nload_plugins: [json]\nplugins: {\n" +
      "http_output: {enabled: true}\n",
  });
  assertEquals(places(diagnostics).sort(), [
    "C004 2:12",
    "C004 3:11",
    "Y022 1:14",
    "Y022 4:10",
    "Y022 4:14",
    "Y025 2:1",
  ]);
  assertEquals(config.http_output.enabled, true);
});
