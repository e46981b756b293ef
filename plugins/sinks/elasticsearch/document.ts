/** Alerts as documents, and where they belong. */
import {
  type Alert,
  alertDocument,
  type Json,
  type OutputValue,
  PRIORITIES,
  rfc3339Text,
  sortedTags,
  unescapeText,
} from "../../../core/mod.ts";
import type { ElasticsearchConfig } from "./schema.ts";

export type DocumentConfig = Pick<ElasticsearchConfig, "mapping" | "flatten_fields">;
export type IndexConfig = Pick<ElasticsearchConfig, "index" | "suffix" | "data_stream">;

export function indexOf(alert: Alert, { index, suffix, data_stream }: IndexConfig): string {
  if (data_stream || suffix === "none") return index;
  const [year, month, day] = rfc3339Text(alert.timeNs).slice(0, 10).split("-");
  switch (suffix) {
    case "daily":
      return `${index}-${year}.${month}.${day}`;
    case "monthly":
      return `${index}-${year}.${month}`;
    case "annually":
      return `${index}-${year}`;
  }
}

export function documentOf(alert: Alert, config: DocumentConfig): Json {
  const falco = config.flatten_fields ? flattened(alert) : alertDocument(alert);
  const timestamp = rfc3339Text(alert.timeNs);
  return config.mapping === "ecs"
    ? { ...ecsDocument(alert, timestamp), falco }
    : { ...falco, "@timestamp": timestamp };
}

function flattened(alert: Alert): Readonly<Record<string, Json>> {
  const fields = [...alert.fields].map(([name, value]) =>
    [name.replaceAll(".", "_"), value] as const
  );
  return { ...alertDocument(alert), output_fields: Object.fromEntries(fields) };
}

/** Names of the Elastic Common Schema 8 for fields of rules. */
const ECS_FIELDS: readonly (readonly [path: string, field: string])[] = [
  ["process.name", "proc.name"],
  ["process.command_line", "proc.cmdline"],
  ["process.executable", "proc.exepath"],
  ["process.pid", "proc.pid"],
  ["process.working_directory", "proc.cwd"],
  ["process.parent.name", "proc.pname"],
  ["process.parent.command_line", "proc.pcmdline"],
  ["process.parent.pid", "proc.ppid"],
  ["user.name", "user.name"],
  ["user.id", "user.uid"],
  ["container.id", "container.id"],
  ["container.name", "container.name"],
  ["container.image.name", "container.image.repository"],
  ["container.image.tag", "container.image.tag"],
  ["orchestrator.namespace", "k8s.ns.name"],
  ["orchestrator.resource.name", "k8s.pod.name"],
  ["file.path", "fs.path.name"],
  ["source.ip", "fd.cip"],
  ["source.port", "fd.cport"],
  ["destination.ip", "fd.sip"],
  ["destination.port", "fd.sport"],
];

interface Tree {
  [key: string]: Tree | Json;
}

function ecsDocument(alert: Alert, timestamp: string): Readonly<Record<string, Json>> {
  const tree: Tree = {};
  for (const [path, field] of ECS_FIELDS) {
    const value = alert.fields.get(field);
    if (value !== undefined && value !== null && value !== "") put(tree, path, value);
  }
  return {
    "@timestamp": timestamp,
    message: unescapeText(alert.message),
    tags: sortedTags(alert),
    ecs: { version: "8.11.0" },
    event: {
      kind: "alert",
      module: "falco",
      dataset: "falco.alerts",
      provider: alert.source,
      severity: PRIORITIES.indexOf(alert.priority),
    },
    log: { level: alert.priority.toLowerCase() },
    rule: { name: alert.rule },
    host: alert.hostname === "" ? undefined : { hostname: alert.hostname, name: alert.hostname },
    ...tree as Readonly<Record<string, Json>>,
  };
}

function put(tree: Tree, path: string, value: OutputValue): void {
  const steps = path.split(".");
  const last = steps.pop()!;
  let node = tree;
  for (const step of steps) node = (node[step] ??= {}) as Tree;
  // Identifiers are text there.
  node[last] = last === "id" ? String(value) : value;
}

/** What indices of alerts look like. */
export function indexTemplate(
  config: IndexConfig & Pick<ElasticsearchConfig, "number_of_shards" | "number_of_replicas">,
): Json {
  const { index, suffix, data_stream, number_of_shards, number_of_replicas } = config;
  const keyword = { type: "keyword", ignore_above: 8191 };
  const text = { type: "text", fields: { keyword: { type: "keyword", ignore_above: 2048 } } };
  return {
    index_patterns: [data_stream || suffix === "none" ? index : `${index}-*`],
    priority: 200,
    ...data_stream && { data_stream: {} },
    template: {
      settings: {
        number_of_shards,
        number_of_replicas,
        // A value of another type than the field's first must not lose the alert: it is only not indexed.
        mapping: { ignore_malformed: true },
      },
      mappings: {
        // One value that looks like a date must not decide what all others have to be.
        date_detection: false,
        dynamic_templates: [{
          texts: { match_mapping_type: "string", mapping: keyword },
        }],
        properties: {
          "@timestamp": { type: "date" },
          time: { type: "date_nanos" },
          message: text,
          output: text,
        },
      },
    },
  };
}
