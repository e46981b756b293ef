/** `type: gcppubsub` */
import * as z from "zod";
import { gcpKeys, setting } from "../../../core/mod.ts";

const { texts, word } = setting;

/** cloud.google.com/pubsub/quotas#resource_limits; in UTF-8. */
const MOST = { attributes: 100, name: 256, value: 1024 };

const PROJECT = "the id of a project", TOPIC = "the name of a topic, without its project";

export const schema = z.strictObject({
  project_id: word(PROJECT).regex(/^[a-z0-9][a-z0-9.:-]{1,100}$/, { error: PROJECT })
    .describe("Project that has the topic"),
  topic: word(TOPIC).regex(/^[A-Za-z][\w.~+%-]{2,254}$/, { error: TOPIC }).describe(
    "Topic that alerts are published to",
  ),
  custom_attributes: texts().refine(areAttributes, {
    error: `${MOST.attributes} attributes at most, with names of up to ${MOST.name} bytes ` +
      `that do not begin with goog, and texts of up to ${MOST.value}`,
  }).describe("Attributes of every message"),
  ...gcpKeys,
});

export type GcpPubSubConfig = z.output<typeof schema>;

function areAttributes(attributes: Readonly<Record<string, string>>): boolean {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const all = Object.entries(attributes);
  return all.length <= MOST.attributes &&
    all.every(([name, value]) =>
      name !== "" && bytes(name) <= MOST.name && !name.startsWith("goog") &&
      bytes(value) <= MOST.value
    );
}
