/** Services of Google Cloud. */
import { idle, output, same, type SidekickKey, type SidekickOutput, texts } from "../output.ts";

/** Of `gcp` itself, for all of them. */
const shared: Readonly<Record<string, SidekickKey>> = {
  credentials: same("credentials"),
  workloadidentity: idle("the metadata server is asked where there is no key", "true"),
};

/** As falcosidekick, which asks the machine where nothing else is known. */
const always = { instance_metadata: "true" };

export const GCP: readonly SidekickOutput[] = [
  output({
    section: "gcp.pubsub",
    sink: "gcppubsub",
    enabledBy: ["projectid", "topic"],
    keys: {
      projectid: same("project_id"),
      topic: same("topic"),
      customattributes: texts("custom_attributes"),
    },
    shared,
    always,
  }),
  output({
    section: "gcp.storage",
    sink: "gcpstorage",
    enabledBy: ["bucket"],
    keys: { bucket: same("bucket"), prefix: same("prefix") },
    shared,
    always,
  }),
  output({
    section: "gcp.cloudfunctions",
    sink: "gcpcloudfunctions",
    enabledBy: ["name"],
    keys: { name: same("function_name") },
    shared,
    always,
  }),
  output({
    section: "gcp.cloudrun",
    sink: "gcpcloudrun",
    enabledBy: ["endpoint"],
    hasTls: true,
    keys: { endpoint: same("endpoint"), jwt: same("jwt") },
    shared,
    always,
  }),
  output({
    section: "gcp.chronicle",
    sink: "gcpchronicle",
    enabledBy: ["projectid", "instanceid", "region"],
    keys: {
      projectid: same("project_id"),
      instanceid: same("instance_id"),
      region: same("region"),
      logtype: same("log_type"),
    },
    shared,
    always,
  }),
];
