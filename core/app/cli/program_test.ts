import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { assert } from "../../../tests/assert.ts";
import { denoHost } from "../host.ts";
import { describeProgram } from "./program.ts";
import { visibleCommands } from "./tree.ts";

const program = describeProgram(denoHost([], ""), () => {});

function helpOf(command: CommandUnknownOpts): string {
  let text = "";
  command.configureOutput({ writeOut: (more) => text += more }).outputHelp();
  return text;
}

for (const { path, command } of visibleCommands(program)) {
  Deno.test(`${path} --help says what it does, and shows it`, () => {
    const help = helpOf(command);
    assert(command.description() !== "", "a description");
    assert(/^Examples:\n {2}\S/m.test(help), help);
    for (const example of help.split("Examples:\n")[1]!.split("\n\n")[0]!.trimEnd().split("\n")) {
      assert(example.startsWith("  ") && example.length <= 100, example);
    }
    for (const option of command.options) {
      assert(option.hidden || option.description !== "", option.flags);
    }
  });
}
