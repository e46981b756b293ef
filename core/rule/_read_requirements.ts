/** What a rule file asks of the program that loads it. */
import type { Report } from "../base/mod.ts";
import { unsignedOf } from "../base/mod.ts";
import type { YamlMap, YamlNode, YamlScalar } from "../base/yaml.ts";
import { MappingReader, shape } from "./_mapping_reader.ts";
import type { EngineVersionItem, PluginRequirement, PluginVersionsItem } from "./rule_file.ts";
import { parseVersion, type Version } from "../base/version.ts";

export function readEngineVersion(map: YamlMap, report: Report): EngineVersionItem | undefined {
  const key = "required_engine_version";
  const reader = new MappingReader(map, report, "the item", map.entries[0]!.key.span);
  const scalar = reader.optional(key);
  reader.unknownKeys([key]);
  if (!scalar) return undefined;
  const version = engineVersion(scalar);
  if (!version) {
    const title = `"${scalar.value}" is no engine version`;
    return reader.fail("R010", title, scalar.span, 'write a version like "0.57.0" or a number');
  }
  return { kind: "engine-version", version, at: scalar.span };
}

/** Before versions had three numbers they were one, which is now the one in the middle. */
function engineVersion(scalar: YamlScalar): Version | undefined {
  const minor = unsignedOf(scalar);
  return minor === undefined ? parseVersion(scalar.value) : { major: 0, minor, patch: 0 };
}

export function readPluginVersions(map: YamlMap, report: Report): PluginVersionsItem | undefined {
  const key = "required_plugin_versions";
  const reader = new MappingReader(map, report, "the item", map.entries[0]!.key.span);
  const nodes = reader.sequence(key);
  reader.unknownKeys([key]);
  if (!nodes) return undefined;
  const requirements: PluginRequirement[] = [];
  for (const node of nodes) {
    const requirement = readRequirement(node, report);
    if (requirement) requirements.push(requirement);
  }
  return { kind: "plugin-versions", requirements };
}

type Alternative = PluginRequirement["alternatives"][number];

function readRequirement(node: YamlNode, report: Report): PluginRequirement | undefined {
  const first = readAlternative(node, report, ["name", "version", "alternatives"]);
  if (!first || node.kind !== "map") return undefined;
  const reader = new MappingReader(node, report, `plugin "${first.name}"`, node.span);
  const alternatives = [first];
  for (const other of reader.sequence("alternatives") ?? []) {
    const alternative = readAlternative(other, report, ["name", "version"]);
    if (!alternative) return undefined;
    if (alternatives.some(({ name }) => name === alternative.name)) {
      const title = `plugin "${alternative.name}" is named twice among alternatives`;
      return reader.fail("R011", title, other.span, "keep one version of it");
    }
    alternatives.push(alternative);
  }
  return { alternatives, at: reader.value("name")?.span ?? node.span };
}

function readAlternative(
  node: YamlNode,
  report: Report,
  keys: readonly string[],
): Alternative | undefined {
  if (node.kind !== "map") {
    report.add({
      code: "R002",
      title: `a required plugin is a mapping of name and version, not ${shape(node)}`,
      at: node.span,
      help: "write {name: …, version: 1.2.3}",
    });
    return undefined;
  }
  const reader = new MappingReader(node, report, "a required plugin", node.span);
  reader.requireAll(["name", "version"]);
  const name = reader.optional("name");
  const version = reader.optional("version");
  reader.unknownKeys(keys);
  if (!name || !version) return undefined;
  const parsed = parseVersion(version.value);
  if (!parsed) {
    const title = `"${version.value}" is no version of plugin "${name.value}"`;
    return reader.fail("R011", title, version.span, 'write a version like "0.4.0"');
  }
  return { name: name.value, version: parsed };
}
