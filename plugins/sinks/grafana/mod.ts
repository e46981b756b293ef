/** Alerts as annotations of Grafana: marks in its graphs. */
import {
  type Alert,
  bearerAuthorization,
  factsOf,
  HttpTarget,
  type Json,
  jsonText,
  placeBelow,
  PostSink,
  shortText,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { type GrafanaConfig, schema } from "./schema.ts";

/** A tag has at most 100 characters; all of them together, what Grafana is sure to take. */
const MOST = { text: 8000, tag: 100, tags: 100 };

type AnnotationConfig = Pick<GrafanaConfig, "dashboard_id" | "panel_id" | "all_fields_as_tags">;

export function grafanaAnnotation(
  alert: Alert,
  { dashboard_id, panel_id, all_fields_as_tags }: AnnotationConfig,
): Json {
  const timeMs = alert.timeNs / 1_000_000n;
  const told = factsOf(alert, ["priority", "rule", "source", "hostname"]);
  const fields = all_fields_as_tags ? factsOf(alert, ["field"]) : [];
  const tags = [
    "falco",
    ...[...told, ...fields].map(({ value }) => value),
    ...all_fields_as_tags ? alert.tags.map((tag) => tag.toWellFormed()) : [],
  ].filter((tag) => tag !== "");
  return {
    dashboardId: dashboard_id || undefined,
    panelId: panel_id || undefined,
    time: timeMs,
    timeEnd: timeMs,
    tags: [...new Set(tags.map((tag) => shortText(tag, MOST.tag)))].slice(0, MOST.tags),
    text: harmless(shortText(alert.message, MOST.text)),
  };
}

/** Texts of annotations are HTML. */
function harmless(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}

const plugin: SinkPlugin<GrafanaConfig> = {
  kind: "sink",
  name: "grafana",
  summary: "Annotations of Grafana",
  schema,
  create: (config) => {
    const url = () => placeBelow(config.host_port, "/api/annotations");
    return new PostSink(new HttpTarget(config, { url }), ({ alert }) => ({
      body: jsonText(grafanaAnnotation(alert, config)),
      contentType: "application/json",
      headers: { authorization: bearerAuthorization(config.api_key) },
    }));
  },
  batchSize: 1,
};
export default plugin;
