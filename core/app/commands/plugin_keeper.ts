/** `falcod plugin-keeper`: ends the programs of plugins when falcod is gone; only falcod itself starts it. */
import { confine, NativeError, privileges } from "../../../ffi/mod.ts";
import { groupsToEnd } from "../../plugin/isolated/keeper.ts";
import { EXIT_OK } from "../exit.ts";

export async function pluginKeeperCommand(): Promise<number> {
  // Whoever ends falcod by its terminal or its group is to leave this one.
  confine.leaveTerminal();
  try {
    await privileges.dropPrivileges({ keep: ["CAP_KILL"], noNewPrivileges: true });
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
  }
  for (const group of await groupsToEnd(Deno.stdin.readable)) {
    try {
      Deno.kill(-group, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  return EXIT_OK;
}
