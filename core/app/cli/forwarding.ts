/** What brings alerts elsewhere: `sidekick`. */
import type { Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import type { Done } from "./done.ts";

export function addForwarding(program: Command, host: Host, done: Done): void {
  addSidekick(program, host, done);
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
