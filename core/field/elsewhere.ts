/** Fields that rules ask for and that are another source's, or those of a plugin of Falco's. */
import { type DiagnosticGroup, type Span, toFile } from "../base/mod.ts";
import type { FieldTable } from "./field.ts";
import { findField, syscallFields } from "./table.ts";

/** How names begin that only these plugins have. falcosecurity/plugins registry.yaml */
const PLUGIN_PREFIXES: Readonly<Record<string, string>> = {
  anomaly: "anomalydetection",
  ct: "cloudtrail",
  s3: "cloudtrail",
  ec2: "cloudtrail",
  ecr: "cloudtrail",
  iam: "cloudtrail",
  docker: "docker",
  gcp: "gcpaudit",
  github: "github",
  k8smeta: "k8smeta",
  krsi: "krsi",
  okta: "okta",
};

/** Sources whose names of fields begin as no others do. */
const SOURCE_PREFIXES: Readonly<Record<string, string>> = {
  ka: "k8s_audit",
  json: "k8s_audit",
  jevt: "k8s_audit",
};

/** Says whose field it is that `fields` do not have; absent when nobody is known to have it. */
export function fieldElsewhere(
  name: string,
  argument: string | undefined,
  fields: FieldTable,
): string | undefined {
  const source = sourceOf(name, argument, fields);
  if (source !== undefined) return `it is a field of event source "${source}"`;
  const plugin = missingPlugin(name, fields);
  if (plugin === undefined) return undefined;
  return `fields that begin with "${prefixOf(name)}." are those of Falco's plugin ${plugin}, ` +
    'which is not loaded: its library goes under "plugins" of falco.yaml';
}

/** All that asks in one file for fields of a plugin that is not loaded is one mistake. */
export function groupOfElsewhere(
  name: string,
  at: Span,
  fields: FieldTable,
): DiagnosticGroup | undefined {
  const plugin = missingPlugin(name, fields);
  if (plugin === undefined) return undefined;
  return {
    key: `plugin ${plugin} ${toFile(at).source.name}`,
    title: (count) => {
      const others = count === 2 ? "another use" : `${count - 1} further uses`;
      return `unknown field "${name}", and ${others} of fields of Falco's plugin ${plugin}`;
    },
  };
}

function missingPlugin(name: string, fields: FieldTable): string | undefined {
  const prefix = prefixOf(name);
  if (!Object.hasOwn(PLUGIN_PREFIXES, prefix) || hasPrefix(fields, prefix)) return undefined;
  return PLUGIN_PREFIXES[prefix];
}

function sourceOf(
  name: string,
  argument: string | undefined,
  fields: FieldTable,
): string | undefined {
  if (findField(syscallFields, name, argument)) return "syscall";
  const prefix = prefixOf(name);
  if (!Object.hasOwn(SOURCE_PREFIXES, prefix) || hasPrefix(fields, prefix)) return undefined;
  return SOURCE_PREFIXES[prefix];
}

/** `ka` of `ka.verb`; nothing where there is no dot. */
function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(".")));
}

function hasPrefix(fields: FieldTable, prefix: string): boolean {
  return [...fields.keys()].some((name) => name.startsWith(`${prefix}.`));
}
