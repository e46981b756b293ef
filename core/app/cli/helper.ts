/** What only falcod itself asks for. */
import type { Command } from "@commander-js/extra-typings";
import type { Host } from "../host.ts";
import type { Done } from "./done.ts";

export function addHelper(program: Command, host: Host, done: Done): void {
  program.command("helper", { hidden: true })
    .description("what a sink does in a process of its own")
    .argument("<sink>")
    .action(async (name) => {
      const { helperCommand } = await import("../commands/helper.ts");
      done(await helperCommand(name, host));
    });
  program.command("plugin-keeper", { hidden: true })
    .description("ends the programs of plugins when falcod is gone")
    .action(async () => {
      const { pluginKeeperCommand } = await import("../commands/plugin_keeper.ts");
      done(await pluginKeeperCommand());
    });
  program.command("isolated-plugin", { hidden: true })
    .description("a plugin in a process of its own")
    .argument("<stage>")
    .argument("<policy>")
    .argument("[landlock]")
    .action(async (stage, policy, landlock) => {
      const { isolatedPluginCommand } = await import("../commands/isolated_plugin.ts");
      done(await isolatedPluginCommand({ stage, policy, landlock }, host));
    });
}
