/** Variables that are meant for falcosidekick, and are called otherwise there. */
import type { Report } from "../../base/mod.ts";
import { isOfService, placeOfVariable, type SidekickFile, variableOf } from "./file.ts";
import { SIDEKICK_OUTPUTS } from "./outputs/mod.ts";

/** As falcosidekick's own pages and its chart spell them, which falcosidekick does not read either. */
const MISPRINTS: readonly (readonly [string, string])[] = [
  ["CLOUDEVENTS_EXTENSION", "cloudevents.extensions"],
  ["DOGSTASTD_FORWARDED", "dogstatsd.forwarder"],
  ["INFLUXDB_ORGANISATION", "influxdb.organization"],
  ["KAFKA_TSL", "kafka.tls"],
  ["TELEGRAM_MESSAGE_THREAD_ID", "telegram.messagethreadid"],
];
const MISPRINTED_SECTIONS: readonly (readonly [string, string])[] = [
  ["dogstastd", "dogstatsd"],
  ["spyperbat", "spyderbat"],
];

/** Keys by the variables that people write for them. The environment is asked for these alone. */
function slips(file: SidekickFile): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const known = new Set<string>();
  for (const { section, keys, enabledBy } of SIDEKICK_OUTPUTS) {
    const isMeant = enabledBy.some((key) => file.value(`${section}.${key}`) !== undefined);
    const misprinted = MISPRINTED_SECTIONS.find(([, right]) => right === section)?.[0];
    for (const [key, { kind, to, shown }] of Object.entries(keys)) {
      const path = `${section}.${key}`;
      known.add(variableOf(path));
      for (const slip of isMeant ? mistyped(key) : []) {
        paths.set(variableOf(`${section}.${slip}`), path);
      }
      if (misprinted !== undefined) paths.set(variableOf(`${misprinted}.${key}`), path);
      // Programs of AWS have variables of their own, which count here as well.
      if (kind === "idle" || to === undefined || shown !== undefined) continue;
      // SLACK_WEBHOOK_URL for webhookurl: with the words apart, as falcod's key has them.
      if (!section.startsWith("aws.")) paths.set(variableOf(`${section}.${to}`), path);
    }
  }
  const all = [...paths, ...MISPRINTS];
  return new Map(all.filter(([variable]) => !known.has(variable)));
}

/** With a letter left out, written twice or after the next one. */
function mistyped(key: string): readonly string[] {
  return [...key].flatMap((letter, at) => {
    const before = key.slice(0, at), after = key.slice(at + 1);
    const next = after.slice(0, 1);
    return [
      before + after,
      before + letter + letter + after,
      before + next + letter + after.slice(1),
    ];
  });
}

export function reportSlippedVariables(file: SidekickFile, report: Report): void {
  for (const [variable, path] of slips(file)) {
    const text = file.environment(variable);
    if (!text || isOfService(variable, text) || file.value(path)) continue;
    report.add({
      code: "C003",
      severity: "warning",
      title: `the variable ${variable} is ignored: falcosidekick has none of this name`,
      at: placeOfVariable(variable),
      help: `did you mean ${variableOf(path)}?`,
    });
  }
}
