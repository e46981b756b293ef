/** `--support`: what somebody who is to help has to know, in the shape of Falco's. */
import { machine, release, type, version } from "node:os";
import { Report } from "../../base/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { readText } from "../files.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import { tellErrors } from "../report.ts";
import { prepare } from "../start.ts";
import { ENGINE_VERSION, VERSION } from "../version.ts";
import type { FalcoQuestion } from "./falco_questions.ts";

/** Exit code 1 when configuration or rules have mistakes, which are told instead. */
export async function reportSupport(
  { configPath, rulePaths, options }: FalcoQuestion,
  host: Host,
): Promise<number> {
  const start = await prepare({ configPath, rulePaths, options }, host);
  if (!start.ruleset) {
    tellErrors(start.report, host);
    return EXIT_FAILURE;
  }
  const report = new Report();
  host.out.write(`${
    jsonText({
      version: VERSION,
      system_info: {
        sysname: type(),
        nodename: Deno.hostname(),
        release: release(),
        version: version(),
        machine: machine(),
      },
      engine_info: { engine_version: ENGINE_VERSION },
      cmdline: ["falcod", ...Deno.args].join(" "),
      config: start.loaded.config,
      config_files: start.loaded.files,
      rules_files: start.ruleFiles.map((name) => ({
        name,
        variants: [{ content: readText(name, report)?.text ?? "" }],
      })),
    })
  }\n`);
  if (host.error.isTerminal) {
    host.error.write("falcod: the whole configuration is in it; read it before you pass it on\n");
  }
  return EXIT_OK;
}
