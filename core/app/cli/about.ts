/** What falcod says of itself: `explain-code`, `show`, `version`. */
import type { Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import type { Done } from "./done.ts";

export function addAbout(program: Command, host: Host, done: Done): void {
  addExplainCode(program, host, done);
  addShow(program, host, done);
  addVersion(program, host, done);
}

const EXPLAIN_CODE_EXAMPLES = `
Examples:
  falcod explain-code F012
  falcod explain-code 'error[F012]'       as it stands in a message
  falcod explain-code LOAD_UNKNOWN_SOURCE
  falcod explain-code --json              all of them`;

function addExplainCode(program: Command, host: Host, done: Done): void {
  program.command("explain-code")
    .description("explain the code of a message, with a mistake that causes it and its repair")
    .argument("[code]", "as in error[F012]; one of Falco's (LOAD_…) or none: list them")
    .option("--json", "print JSON: one object, or an array of all")
    .addHelpText("after", EXPLAIN_CODE_EXAMPLES)
    .action(async (code, { json }) => {
      const { explainCodeCommand } = await import("../commands/explain_code.ts");
      done(explainCodeCommand({ code, json: json ?? false }, host));
    });
}

const SHOW_EXAMPLES = `
Examples:
  falcod show                             which files there are
  falcod show falco_rules.yaml | less
  falcod show falco.yaml > /etc/falcod/falco.yaml

These files are read where falcod is told nothing else. In the binary they are no files of the machine;
this is how to look at them.`;

function addShow(program: Command, host: Host, done: Done): void {
  program.command("show")
    .description("print a file that comes with falcod: its configuration, its rules")
    .argument("[name]", "name of the file; none: list them")
    .addHelpText("after", SHOW_EXAMPLES)
    .action(async (name) => {
      const { showCommand } = await import("../commands/show.ts");
      done(showCommand({ name }, host));
    });
}

const VERSION_EXAMPLES = `
Examples:
  falcod version
  falcod version --json | jq -r .engine
  falcod version --verify                 whether the binary is as it was built, and its SHA-256

--verify looks at falcod's code, rules and probe. The SHA-256 is of the whole file: whether that is the
one that was published, only SHA256SUMS of the release can tell.`;

function addVersion(program: Command, host: Host, done: Done): void {
  program.command("version")
    .description("print versions: program, rule language, runtime")
    .option("--verify", "look whether the binary is damaged, and print its SHA-256")
    .option("--json", "print one JSON object")
    .addHelpText("after", VERSION_EXAMPLES)
    .action(async ({ json = false, verify = false }) => {
      const { versionCommand } = await import("../commands/version.ts");
      done(versionCommand({ json, verify }, host));
    });
}
