/**
 * The built-in plugins, one line each. The imports are literal, so that a compiled program carries
 * them, and dynamic, so that only those that falco.yaml wires are loaded: of other sources only the
 * fields, which rules may ask for.
 */
import type { PluginEntry } from "../core/mod.ts";

export const builtinPlugins: readonly PluginEntry[] = [
  {
    kind: "source",
    name: "syscall",
    fields: async () => (await import("../core/mod.ts")).syscallFields,
    load: () => import("./sources/syscall/mod.ts"),
  },
  {
    kind: "source",
    name: "replay",
    standsInFor: "syscall",
    load: () => import("./sources/replay/mod.ts"),
  },
  {
    kind: "source",
    name: "k8s_audit",
    fields: async () => (await import("./sources/k8s_audit/field_table.ts")).k8sAuditFields,
    load: () => import("./sources/k8s_audit/mod.ts"),
  },
  { kind: "formatter", name: "json", load: () => import("./formatters/json/mod.ts") },
  { kind: "formatter", name: "text", load: () => import("./formatters/text/mod.ts") },
  { kind: "sink", name: "stdout", load: () => import("./sinks/stdout/mod.ts") },
  { kind: "sink", name: "file", load: () => import("./sinks/file/mod.ts") },
  { kind: "sink", name: "program", load: () => import("./sinks/program/mod.ts") },
  { kind: "sink", name: "syslog", load: () => import("./sinks/syslog/mod.ts") },
  { kind: "sink", name: "redis", load: () => import("./sinks/redis/mod.ts") },
  { kind: "sink", name: "grpc", load: () => import("./sinks/grpc/mod.ts") },
  { kind: "sink", name: "http", load: () => import("./sinks/http/mod.ts") },
  { kind: "sink", name: "webhook", load: () => import("./sinks/webhook/mod.ts") },
  { kind: "sink", name: "slack", load: () => import("./sinks/slack/mod.ts") },
  { kind: "sink", name: "mattermost", load: () => import("./sinks/mattermost/mod.ts") },
  { kind: "sink", name: "rocketchat", load: () => import("./sinks/rocketchat/mod.ts") },
  { kind: "sink", name: "teams", load: () => import("./sinks/teams/mod.ts") },
  { kind: "sink", name: "discord", load: () => import("./sinks/discord/mod.ts") },
  { kind: "sink", name: "googlechat", load: () => import("./sinks/googlechat/mod.ts") },
  { kind: "sink", name: "telegram", load: () => import("./sinks/telegram/mod.ts") },
  { kind: "sink", name: "alertmanager", load: () => import("./sinks/alertmanager/mod.ts") },
  { kind: "sink", name: "pagerduty", load: () => import("./sinks/pagerduty/mod.ts") },
  { kind: "sink", name: "opsgenie", load: () => import("./sinks/opsgenie/mod.ts") },
  { kind: "sink", name: "loki", load: () => import("./sinks/loki/mod.ts") },
  { kind: "sink", name: "datadog", load: () => import("./sinks/datadog/mod.ts") },
  { kind: "sink", name: "datadoglogs", load: () => import("./sinks/datadoglogs/mod.ts") },
  { kind: "sink", name: "elasticsearch", load: () => import("./sinks/elasticsearch/mod.ts") },
  { kind: "sink", name: "splunk", load: () => import("./sinks/splunk/mod.ts") },
  { kind: "sink", name: "otlplogs", load: () => import("./sinks/otlplogs/mod.ts") },
  { kind: "sink", name: "influxdb", load: () => import("./sinks/influxdb/mod.ts") },
  { kind: "sink", name: "statsd", load: () => import("./sinks/statsd/mod.ts") },
  { kind: "sink", name: "pushgateway", load: () => import("./sinks/pushgateway/mod.ts") },
  { kind: "sink", name: "nats", load: () => import("./sinks/nats/mod.ts") },
  { kind: "sink", name: "smtp", load: () => import("./sinks/smtp/mod.ts") },
  { kind: "sink", name: "mqtt", load: () => import("./sinks/mqtt/mod.ts") },
  { kind: "sink", name: "rabbitmq", load: () => import("./sinks/rabbitmq/mod.ts") },
  { kind: "sink", name: "webui", load: () => import("./sinks/webui/mod.ts") },
  {
    kind: "container_engine",
    name: "docker",
    load: () => import("./container_engines/docker/mod.ts"),
  },
  { kind: "container_engine", name: "grpc", load: () => import("./container_engines/grpc/mod.ts") },
];
