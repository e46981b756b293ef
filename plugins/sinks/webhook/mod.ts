/** Alerts as Falco's JSON to any web server. */
import { HttpTarget, PostSink, type SinkPlugin } from "../../../core/mod.ts";
import { schema, type WebhookConfig } from "./schema.ts";

const plugin: SinkPlugin<WebhookConfig> = {
  kind: "sink",
  name: "webhook",
  summary: "A web server, one alert as JSON a request",
  schema,
  create: (config) => {
    const { address, method } = config;
    return new PostSink(new HttpTarget(config, { url: address, method }), ({ line }) => ({
      body: line,
      ...!line.startsWith("{") && { contentType: "text/plain; charset=utf-8" },
    }));
  },
  batchSize: 32,
  format: "json",
};
export default plugin;
