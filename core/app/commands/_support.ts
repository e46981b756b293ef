/** `--support`: what somebody who is to help has to know, in the shape of Falco's. */
import { machine, release, type, version } from "node:os";
import { hideSecrets, Report } from "../../base/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { readText } from "../files.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import { tellErrors } from "../report.ts";
import { MASK, type SecretMask } from "../sink_trial/mask.ts";
import { maskFor } from "../sink_trial/secrets.ts";
import { prepare } from "../start.ts";
import { VERSION } from "../version.ts";
import { versionsOf } from "../versions.ts";
import type { FalcoQuestion } from "./falco_questions.ts";

/** What a key is called whose text is secret, whoever it is for; one that names a file is shown. */
const SECRET_NAME = new RegExp(
  "(?:passwo?r?d|passphrase|secret|token|(?:api|access|routing|integration)_?key|webhook_?url|" +
    "credentials?|authorization)$",
  "i",
);

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
  const mask = await maskFor(start.settings.sinks, start.registry, "others");
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
      engine_info: versionsOf([]),
      cmdline: withoutSecrets(["falcod", ...Deno.args].join(" "), mask),
      config: withoutSecrets(start.loaded.config, mask),
      config_files: start.loaded.files,
      rules_files: start.ruleFiles.map((name) => ({
        name,
        variants: [{ content: readText(name, report)?.text ?? "" }],
      })),
    })
  }\n`);
  if (host.error.isTerminal) {
    host.error.write(
      "falcod: configuration and rules are in it, less what is known to be secret\n",
    );
    host.error.write("  read it before you pass it on\n");
  }
  return EXIT_OK;
}

function withoutSecrets(value: unknown, mask: SecretMask, name = ""): unknown {
  if (typeof value === "string") {
    return value !== "" && SECRET_NAME.test(name) ? MASK : hideSecrets(mask.text(value));
  }
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, mask, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, mask, key)]),
  );
}
