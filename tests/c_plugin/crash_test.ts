/** A library that crashes takes falcod along, and it is told which one it was. */
import { assert } from "../assert.ts";
import { falcodCommand, Folder } from "../cli/program.ts";
import { builtPlugin } from "./build.ts";

const CRASHES: readonly (readonly [where: string, how: string, signal: string, told: string])[] = [
  ["LOADED", "POINTER", "SIGSEGV", "has crashed in what it does when it is loaded"],
  ["INIT", "POINTER", "SIGSEGV", "in plugin_init"],
  ["EXTRACT", "POINTER", "SIGSEGV", "has crashed in plugin_extract_fields"],
  ["EXTRACT", "ABORT", "SIGABRT", "has crashed in plugin_extract_fields"],
  ["EXTRACT", "OVERFLOW", "SIGABRT or SIGSEGV", "has crashed in plugin_extract_fields"],
  ["EXTRACT", "RAISE", "SIGSEGV", "has crashed in plugin_extract_fields"],
  ["EXTRACT", "DIVISION", "SIGFPE", "has crashed in plugin_extract_fields"],
  ["PARSE", "ABORT", "SIGABRT", "has crashed in plugin_parse_event"],
  ["NEXT_BATCH", "ABORT", "SIGABRT", "plugin_next_batch"],
  ["THREAD", "POINTER", "SIGSEGV", "libraries with threads: "],
];

for (const [where, how, signal, told] of CRASHES) {
  Deno.test(`a library that crashes (${where}, ${how}) is named before falcod ends`, async () => {
    // Only a thread of its own has the time to wait for it.
    const forever = where === "THREAD" ? " forever" : "";
    const path = builtPlugin("crash", [`WHERE=${where}`, `HOW=${how}`]);
    using folder = new Folder({
      "falco.yaml": `rules_files: [rules.yaml]
engine: {kind: nodriver}
stdout_output: {enabled: true}
plugins:
  - {name: falcod_test, library_path: ${path}, open_params: "50${forever}"}
`,
      "rules.yaml": `- rule: A rule
  desc: for a test
  source: falcod_test
  condition: test.number = 1
  output: a
  priority: INFO
`,
    });
    const command = falcodCommand(["run", "-c", "falco.yaml"], { folder: folder.path });
    const { signal: ended, stderr } = await command.output();
    const said = new TextDecoder().decode(stderr);
    const line = said.split("\n").find((line) => line.startsWith("falcod: ends, since "));
    assert(signal.split(" or ").includes(String(ended)), `${ended}: ${said}`);
    assert(line?.includes(told) && line.includes(`"${path}"`), said);
  });
}
