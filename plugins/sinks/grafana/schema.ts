/** `type: grafana` */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { flag, secret, whole } = setting;
const id = () => whole({ min: 0, max: Number.MAX_SAFE_INTEGER, standard: 0 });

export const schema = z.strictObject({
  host_port: webAddress().describe("Address of Grafana"),
  api_key: secret().describe("Token of a service account that may write annotations"),
  dashboard_id: id().describe("Dashboard that shows them; 0: any may"),
  panel_id: id().describe("Panel of the dashboard; 0: all of them"),
  all_fields_as_tags: flag(false).describe(
    "Tags are the alert's tags and the values of its fields, too",
  ),
  ...httpKeys,
});

export type GrafanaConfig = z.output<typeof schema>;
