import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { settings, usual } from "./testing.ts";

Deno.test("settingsOf() takes the probe for every kind of driver, and tells of other drivers", () => {
  const told = { modern_ebpf: [], auto: [], ebpf: ["info C007"], kmod: ["info C007"] };
  for (const [kind, wanted] of Object.entries(told)) {
    const { sources, codes } = settings(`${usual}engine: {kind: ${kind}}`);
    assertEquals(sources, [{ kind: "source", name: "syscall", config: {} }]);
    assertEquals(codes, wanted);
  }
});

Deno.test("settingsOf() hands over the buffer preset of the chosen kind, the scope, the old key", () => {
  const preset = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  assertEquals(preset("engine: {kind: kmod, kmod: {buf_size_preset: 7}}"), { bufferPreset: 7 });
  assertEquals(preset("engine: {kind: modern_ebpf, kmod: {buf_size_preset: 7}}"), {});
  assertEquals(preset("syscall_buf_size_preset: 5"), { bufferPreset: 5 });
  assertEquals(settings(usual, { scopeProcessId: 42 }).sources[0]?.config, { scopeProcessId: 42 });
});

Deno.test("settingsOf() plays a capture as long as asked for, whichever sources are", () => {
  const yaml = `${usual}engine: {kind: replay, replay: {capture_file: a.scap}}`;
  const sources = { kind: "without", names: ["syscall"] } as const;
  const played = settings(yaml, { seconds: 3, sources });
  assertEquals(played.codes, []);
  assertEquals(played.sources[0]?.config, { captureFile: "a.scap", seconds: 3 });
});

Deno.test("settingsOf() tells the source when nothing is to be left out in the kernel", () => {
  const config = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  assertEquals(config("engine: {falcod: {kernel_filter: false}}"), { kernelFilter: false });
  assertEquals(config("engine: {falcod: {kernel_filter: true}}"), {});
});

Deno.test("settingsOf() leaves out failed calls by the driver's key, and by the old one", () => {
  const config = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  const dropped = { dropFailed: true };
  assertEquals(config("engine: {kind: ebpf, ebpf: {drop_failed_exit: true}}"), dropped);
  assertEquals(config("engine: {kind: ebpf, kmod: {drop_failed_exit: true}}"), {});
  assertEquals(config("syscall_drop_failed_exit: true"), dropped);
});

Deno.test("settingsOf() hands over what is left out of base_syscalls, and snaplen", () => {
  const config = (yaml: string) => settings(usual + yaml).sources[0]?.config;
  const set = 'base_syscalls: {custom_set: [clone, "!mprotect"], all: true}';
  assertEquals(config(set), { excludedSyscalls: ["mprotect"] });
  assertEquals(config("falco_libs: {snaplen: 512}"), { dataLimit: 512 });
  assertEquals(settings(`${usual}base_syscalls: {custom_set: ["!nothing"]}`).codes, [
    "warning C026",
  ]);
});

Deno.test("settingsOf() says which kinds of engine are not there", () => {
  for (const kind of ["nodriver", "replay", "gvisor"]) {
    const { sources, codes } = settings(`${usual}engine: {kind: ${kind}}`);
    assertEquals(codes, ["error C016"]);
    // So that nothing is said of rules whose source there would be.
    assertEquals(sources.map(({ name }) => name), ["syscall"]);
  }
});

Deno.test("settingsOf() lets -r take the place of the configured rules", () => {
  assertObjectMatch(settings(usual), { rulePaths: [{ path: "a.yaml", required: false }] });
  assertEquals(settings(usual, { rulePaths: ["b.yaml"] }).rulePaths, [
    { path: "b.yaml", required: true },
  ]);
});

Deno.test("settingsOf() reads the old rules_file, but not both", () => {
  const old = "stdout_output: {enabled: true}\nrules_file: [b.yaml]\n";
  assertObjectMatch(settings(old), { rulePaths: [{ path: "b.yaml" }], codes: [] });
  assertEquals(settings(`${usual}rules_file: [b.yaml]`).codes, ["error C013"]);
  assertEquals(settings("stdout_output: {enabled: true}").codes, ["error C013"]);
});

Deno.test("settingsOf() chooses the formatter and hands Falco's keys to it", () => {
  assertObjectMatch(settings(usual).formatter, { name: "text" });
  assertObjectMatch(settings(`${usual}json_output: true\njson_include_tags_property: false`), {
    formatter: { name: "json", config: { json_include_tags_property: false } },
  });
});

Deno.test("settingsOf() never lets alerts vanish without a warning", () => {
  const rules = "rules_files: [a.yaml]\n";
  assertEquals(settings(usual).codes, []);
  const none = settings(rules);
  assertObjectMatch(none, { sinks: [{ name: "stdout" }], codes: ["warning C017"] });
  const off = settings(`${rules}stdout_output: {enabled: false}`);
  assertObjectMatch(off, { sinks: [], codes: ["warning C017"] });
});

Deno.test("settingsOf() makes a sink of each output of Falco's that is on", () => {
  const { sinks, codes } = settings(`rules_files: [a.yaml]
stdout_output: {enabled: true}
syslog_output: {enabled: true}
file_output: {enabled: true, keep_alive: true, filename: ./events.txt}
program_output: {enabled: true, program: "jq . | curl -d @- -X POST http://localhost"}
http_output: {enabled: true, url: http://localhost:2801}
`);
  assertEquals(codes, []);
  assertObjectMatch({ sinks }, {
    sinks: [
      { name: "stdout", config: {} },
      { name: "syslog", config: {} },
      { name: "file", config: { keep_alive: true, filename: "./events.txt" } },
      { name: "program", config: { program: "jq . | curl -d @- -X POST http://localhost" } },
      { name: "http", config: { url: "http://localhost:2801", user_agent: "falcosecurity/falco" } },
    ],
  });
  assertEquals(sinks.map(({ options }) => options?.retry?.attempts), [undefined, 10, 10, 10, 5]);
});

Deno.test("settingsOf() serves gRPC as Falco did: with alerts, or only its version", () => {
  const rules = "rules_files: [a.yaml]\n";
  const { sinks, codes } = settings(
    `${rules}grpc: {enabled: true, bind_address: "unix:///run/f.sock"}\n`,
  );
  assertEquals(sinks.map(({ name }) => name), ["grpc"]);
  assertObjectMatch(sinks[0]!, { config: { bind_address: "unix:///run/f.sock" } });
  assertEquals(codes, []);
  const server = settings(`${usual}grpc: {enabled: true}\ngrpc_output: {enabled: false}\n`);
  assertEquals(server.sinks.map(({ name }) => name), ["stdout", "grpc"]);
  assertEquals(server.sinks[1]?.options?.takes?.(sampleAlert()), false);
  const nobody = settings(`${rules}grpc: {enabled: true}\ngrpc_output: {enabled: false}\n`);
  assertObjectMatch(nobody, { sinks: [{ name: "stdout" }, {}], codes: ["warning C017"] });
  assertEquals(settings(`${usual}grpc_output: {enabled: true}`).sinks.length, 1);
});

Deno.test("settingsOf() has the container plugin built in, and leaves libraries to who opens them", () => {
  const plugins = (names: readonly string[]) =>
    `plugins: [${names.map((name) => `{name: ${name}, library_path: lib.so}`)}]\n`;
  assertEquals(settings(usual + plugins(["container"])).codes, []);
  assertEquals(settings(usual + plugins(["container", "json"])).codes, []);
  assertEquals(settings(usual + plugins(["container", "okta"])).codes, []);
  assertEquals(settings(`${usual}${plugins(["okta"])}load_plugins: []`).codes, []);
  assertEquals(settings(`${usual}load_plugins: [json]`).codes, ["error C015"]);
  // The name of a source is none of a plugin.
  const saudit = `${usual}${plugins(["k8saudit"])}load_plugins: [k8s_audit]`;
  assertEquals(settings(saudit).codes, ["error C015"]);
});

Deno.test("settingsOf() warns of an entry of rules_files without a name, and takes the others", () => {
  const { rulePaths, codes } = settings(
    "rules_files: ['', a.yaml]\nstdout_output: {enabled: true}",
  );
  assertEquals(rulePaths.map(({ path }) => path), ["a.yaml"]);
  assertEquals(codes, ["warning C004"]);
  assertEquals(settings("rules_files: ''\nstdout_output: {enabled: true}").codes, [
    "warning C004",
    "error C013",
  ]);
});
