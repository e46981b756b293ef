/** What wakes people up. */
import { httpOutput, list, made, named, same, type SidekickOutput, texts } from "../output.ts";

const REGIONS = ["us", "eu"];

/** What falcosidekick's chart still sets; gone from Alertmanager 0.27 on, and the other is in all since 0.16. */
const OLD_PATH = "/api/v1/alerts", NEW_PATH = "/api/v2/alerts";

export const INCIDENTS: readonly SidekickOutput[] = [
  httpOutput({
    section: "alertmanager",
    sink: "alertmanager",
    enabledBy: ["hostport"],
    keys: {
      hostport: list("host_port"),
      endpoint: made("endpoint", (text) => ({ endpoint: text === OLD_PATH ? NEW_PATH : text })),
      expiresafter: made(
        "expires_after",
        (text) =>
          /^\d{1,8}$/.test(text)
            ? { expires_after: `${text}s` }
            : { problem: "a number of seconds" },
      ),
      extralabels: texts("extra_labels"),
      extraannotations: texts("extra_annotations"),
      customseveritymap: texts("custom_severity_map"),
      dropeventdefaultpriority: same("drop_event_default_priority"),
      dropeventthresholds: same("drop_event_thresholds"),
      customheaders: texts("headers"),
    },
  }),
  httpOutput({
    section: "pagerduty",
    sink: "pagerduty",
    enabledBy: ["routingkey"],
    keys: { routingkey: same("routing_key"), region: named("region", REGIONS) },
  }),
  httpOutput({
    section: "opsgenie",
    sink: "opsgenie",
    enabledBy: ["apikey"],
    keys: { apikey: same("api_key"), region: named("region", REGIONS) },
    always: { entity: "Falcosidekick" },
  }),
  httpOutput({
    section: "grafanaoncall",
    sink: "grafanaoncall",
    enabledBy: ["webhookurl"],
    keys: { webhookurl: same("webhook_url"), customheaders: texts("headers") },
  }),
];
