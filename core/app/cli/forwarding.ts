/** What brings alerts elsewhere: `sidekick`, `sink`. */
import type { Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import { keyOptions } from "./arguments.ts";
import type { Done } from "./done.ts";

export function addForwarding(program: Command, host: Host, done: Done): void {
  addSidekick(program, host, done);
  addSink(program, host, done);
}

const SIDEKICK_EXAMPLES = `
Examples:
  falcod sidekick -c config.yaml
  SLACK_WEBHOOKURL=https://hooks.slack.com/services/… falcod sidekick
  falcod sidekick -c config.yaml --dry-run    only say what is wrong, and where alerts would go`;

function addSidekick(program: Command, host: Host, done: Done): void {
  program.command("sidekick")
    .description("forward alerts of any Falco, with the configuration of falcosidekick")
    .option("-c, --config-file <path>", "falcosidekick's YAML; its variables go before it")
    .option("--dry-run", "read the configuration, then stop")
    .addHelpText("after", SIDEKICK_EXAMPLES)
    .action(async ({ configFile, dryRun }) => {
      const { sidekickCommand } = await import("../commands/sidekick.ts");
      done(await sidekickCommand({ configPath: configFile, dryRun: dryRun ?? false }, host));
    });
}

const SINK_EXAMPLES = `
Examples:
  falcod sink test on-call                sends a test alert through the sink of this name
  falcod sink test http -c falco.yaml     Falco's http_output
  falcod sink test slack --sidekick -c config.yaml   an output of falcosidekick's configuration
  falcod sink test --json                 all of them, a line of JSON each`;

function addSink(program: Command, host: Host, done: Done): void {
  const sink = program.command("sink")
    .description("see how alerts leave falcod")
    .addHelpText("after", SINK_EXAMPLES);
  sink.command("test")
    .description("send a test alert through a sink: request, answer and what may be wrong")
    .argument("[name]", "name of the sink, or its type; none: all of them")
    .option("-c <path>", "configuration file")
    .addOption(keyOptions())
    .option("--sidekick", "the configuration is falcosidekick's: its YAML and its variables")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", SINK_EXAMPLES)
    .action(async (name, { c, option, sidekick, json }) => {
      const { sinkTestCommand } = await import("../commands/try_sink.ts");
      const request = { name, configPath: c, options: option };
      const isSidekick = sidekick ?? false;
      done(await sinkTestCommand({ ...request, isSidekick, json: json ?? false }, host));
    });
}
