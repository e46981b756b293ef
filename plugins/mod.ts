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
  { kind: "sink", name: "statsd", load: () => import("./sinks/statsd/mod.ts") },
  { kind: "sink", name: "pushgateway", load: () => import("./sinks/pushgateway/mod.ts") },
  {
    kind: "container_engine",
    name: "docker",
    load: () => import("./container_engines/docker/mod.ts"),
  },
  { kind: "container_engine", name: "grpc", load: () => import("./container_engines/grpc/mod.ts") },
];
