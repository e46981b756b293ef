/** `falcod demo`: an attack that was recorded once, held against the rules that come with falcod. */
import type { Host } from "../host.ts";
import { replayCommand } from "./replay.ts";

/** In the folder of the rules; scripts/record_demo.ts makes it. */
export const DEMO_FILE = "demo.scap.gz";

export async function demoCommand(
  { options, json }: {
    /** `-o`, in order. */
    readonly options: readonly string[];
    readonly json: boolean;
  },
  host: Host,
): Promise<number> {
  const { rulesFolder } = host;
  host.error.write(
    "falcod: a recording: somebody at a shell in a container looks for secrets, settles in, tidies up\n",
  );
  const code = await replayCommand({
    paths: [`${rulesFolder}/${DEMO_FILE}`],
    configPath: `${rulesFolder}/falco.yaml`,
    rulePaths: [`${rulesFolder}/falco_rules.yaml`],
    options: ["log_level=warning", ...options],
    source: "syscall",
    filter: undefined,
    print: undefined,
    fields: undefined,
    json,
  }, host);
  host.error.write(
    "falcod: all that happened: falcod replay --filter 'evt.type exists' " +
      `${rulesFolder}/${DEMO_FILE}\n`,
  );
  return code;
}
