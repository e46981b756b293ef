/**
 * A configuration of falcosidekick: its YAML, and the variables of the environment that go before it.
 *
 * Keys count in any case, as falcosidekick's reader has it, but for names that users choose: those of
 * fields, labels and headers keep theirs.
 */
import { type Report, SourceText, type Span } from "../../base/mod.ts";
import { readStrictYaml, YamlScalar } from "../../base/yaml.ts";
import type { Environment } from "../config/environment.ts";
import { ownerOf, reportOwner } from "../config/owner.ts";
import { type ConfigNode, emptyMapping, type MappingNode, toTree } from "../config/tree.ts";
import { readText } from "../files.ts";

/** A value with what users call it. */
export interface Written {
  readonly node: ConfigNode;
  readonly keyAt: Span;
  /** "slack.webhookurl", or the name of a variable. */
  readonly name: string;
}

export class SidekickFile {
  readonly root: MappingNode;
  readonly environment: Environment;

  constructor(root: MappingNode, environment: Environment) {
    this.root = root;
    this.environment = environment;
  }

  /** The value at "aws.sqs.url"; absent where nothing is written, or nothing but quotes. */
  value(path: string): Written | undefined {
    const variable = variableOf(path);
    const text = this.environment(variable);
    if (text !== undefined && text !== "" && !isOfService(variable, text)) {
      return fromVariable(variable, text);
    }
    const found = this.#entry(path);
    if (!found || found.value.kind === "null") return undefined;
    if (found.value.kind === "scalar" && found.value.text === "") return undefined;
    return { node: found.value, keyAt: found.keyAt, name: path };
  }

  /** The same of a single text. */
  text(path: string): string | undefined {
    const node = this.value(path)?.node;
    return node?.kind === "scalar" ? node.text : undefined;
  }

  /** A mapping of the file itself. */
  section(path: string): MappingNode | undefined {
    const value = path === "" ? this.root : this.#entry(path)?.value;
    return value?.kind === "mapping" ? value : undefined;
  }

  #entry(path: string) {
    let node: ConfigNode = this.root;
    let entry: { readonly keyAt: Span; readonly value: ConfigNode } | undefined;
    for (const step of path.split(".")) {
      if (node.kind !== "mapping") return undefined;
      entry = [...node.entries].find(([key]) => key.toLowerCase() === step)?.[1];
      if (!entry) return undefined;
      node = entry.value;
    }
    return entry;
  }
}

/**
 * Kubernetes tells every pod of the services beside it: one called syslog is
 * `SYSLOG_PORT=tcp://10.96.0.7:514`, which nobody has written.
 */
export function isOfService(variable: string, text: string): boolean {
  return variable.endsWith("_PORT") && /^(?:tcp|udp|sctp):\/\/[\da-f.:[\]]+:\d+$/i.test(text);
}

/** The variable that stands for a key: `SLACK_WEBHOOKURL`. */
export function variableOf(path: string): string {
  return path.toUpperCase().replaceAll(".", "_");
}

/** Without a path all is in the environment. Absent when the file cannot be read, which is reported. */
export function readSidekickFile(
  path: string | undefined,
  { environment, report }: { readonly environment: Environment; readonly report: Report },
): SidekickFile | undefined {
  if (path === undefined) {
    return new SidekickFile(emptyMapping(new SourceText("<environment>", "").all), environment);
  }
  const source = readText(path, report);
  return source && sidekickFile(source, { environment, report });
}

export function sidekickFile(
  source: SourceText,
  { environment, report }: { readonly environment: Environment; readonly report: Report },
): SidekickFile | undefined {
  const [document] = readStrictYaml(source, report);
  const root = document && toTree(document.root);
  if (!root || root.kind === "null") return new SidekickFile(emptyMapping(source.all), environment);
  const owner = ownerOf(root, "falcosidekick");
  if (owner) {
    reportOwner(root, { ...owner, instead: "no configuration of falcosidekick" }, report);
    return undefined;
  }
  if (root.kind === "mapping") return new SidekickFile(root, environment);
  report.add({
    code: "C002",
    title: "a configuration is a mapping of keys to values",
    at: root.at,
  });
  return undefined;
}

/** Where messages say that a variable stands. */
export function placeOfVariable(variable: string): Span {
  return new SourceText("<environment>", `$${variable}`).all;
}

/** Its value may be a secret: messages show its name, and where it would stand. */
function fromVariable(variable: string, text: string): Written {
  const shown = placeOfVariable(variable);
  const written = new YamlScalar(shown, `$${variable}`, "plain", 0);
  return { node: { kind: "scalar", text, at: shown, written }, keyAt: shown, name: variable };
}
