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
}
