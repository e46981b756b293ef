/** Whose file it is that somebody gave: each reader says so in one line, not of each of its keys. */
import type { Report, Span } from "../../base/mod.ts";
import { hideNode } from "./hidden_values.ts";
import { keyNames } from "./known_keys.ts";
import type { ConfigNode, MappingNode } from "./tree.ts";

/** What files are read for. */
export type Reader = "falco.yaml" | "falcosidekick" | "rules";

export interface Owner {
  /** "this is a configuration of falcosidekick" */
  readonly what: string;
  readonly help: string;
}

interface Kind {
  readonly what: string;
  readonly is: (root: ConfigNode, names: readonly string[]) => boolean;
  /** Absent: that is what this reader wants. */
  readonly help: Readonly<Partial<Record<Reader, string | ((root: ConfigNode) => string)>>>;
}

/** Keys that falcosidekick's configuration may have at the top, in small letters. */
export const SIDEKICK_NAMES: ReadonlySet<string> = new Set(
  ("alertmanager aws azure bracketreplacer cliq cloudevents customfields customtags datadog " +
    "datadoglogs debug discord dogstatsd dynatrace elasticsearch fission gcp googlechat gotify " +
    "grafana grafanaoncall influxdb kafka kafkarest kubeless listenaddress listenport logstash " +
    "loki mattermost mqtt mutualtlsclient mutualtlsfilespath n8n nats nodered openfaas openobserve " +
    "opsgenie otlp outputfieldformat pagerduty policyreport prometheus quickwit rabbitmq redis " +
    "rocketchat slack smtp splunk spyderbat stan statsd sumologic syslog talon teams tekton " +
    "telegram templatedfields timescaledb tlsclient tlsserver wavefront webex webhook webui " +
    "yandex zincsearch").split(" "),
);

/** Keys that falco.yaml and what `falcod sidekick` reads have both. */
const SHARED: ReadonlySet<string> = new Set(["sinks", "dedup", "outputs"]);

/** Names that only values for Falco's chart have at the top. */
const CHART_NAMES = ["falcoctl", "falcosidekick", "customRules", "collectors", "driver"];
/** The chart has one of its own. */
const OF_CHART_TOO = "metrics";

/** All that may stand at the top of falcoctl.yaml. */
const FALCOCTL_NAMES = ["artifact", "driver", "indexes", "registry"];

/** Beside `services`; what begins with `x-` may be anything. */
const COMPOSE_NAME = /^(?:version|name|services|networks|volumes|configs|secrets|include|x-.*)$/;

const TEST_NAMES = ["rules", "config", "rule_matching", "source", "event", "tests"];

const ITEM_NAMES = ["rule", "macro", "list", "required_engine_version", "required_plugin_versions"];

/** The first that fits; what is in more than one is told by what is in one only. */
const KINDS: readonly Kind[] = [
  {
    what: "this is a rules file",
    is: (root) =>
      root.kind === "sequence" &&
      root.items.some((item) => ITEM_NAMES.some((name) => inside(item, name) !== undefined)),
    help: {
      "falco.yaml": "rules files go to -r, or under rules_files",
      "falcosidekick": "rules files are for falcod -r",
    },
  },
  {
    what: "this is an object for Kubernetes",
    is: (root) => has(root, "apiVersion") && has(root, "kind"),
    help: {
      "falco.yaml": "falcod reads a falco.yaml, which may be a text under its data",
      "falcosidekick": "falcosidekick's configuration may be a text under its data",
      "rules": (root) =>
        isRulesfile(root)
          ? 'rules of a Rulesfile are what is under "spec.inlineRules"'
          : has(root, "data")
          ? "rules files may be texts under its data"
          : "rules files are lists of rules",
    },
  },
  {
    what: "this is a file for docker compose",
    is: (root, names) =>
      names.every((name) => COMPOSE_NAME.test(name)) &&
      itemsOf(inside(root, "services")).some((service) =>
        has(service, "image") || has(service, "build")
      ),
    help: {
      "falco.yaml": "falcod reads a falco.yaml, which may be a file that it mounts",
      "falcosidekick": "falcosidekick's configuration may be a file that it mounts",
      "rules": "rules files may be what it mounts",
    },
  },
  {
    what: "this is a configuration of falcoctl",
    is: (_, names) =>
      (names.includes("artifact") || names.includes("indexes")) &&
      names.every((name) => FALCOCTL_NAMES.includes(name)),
    help: {
      "falco.yaml": 'what it fetches, "falcod plugin add oci://…" does; falcod reads a falco.yaml',
      "falcosidekick": 'what it fetches, "falcod plugin add oci://…" does',
      "rules": 'what it fetches, "falcod plugin add oci://…" does',
    },
  },
  {
    what: "these are values for Helm",
    is: (root, names) =>
      (inside(root, "falco")?.kind === "mapping" ||
        CHART_NAMES.some((name) => names.includes(name))) &&
      !names.some((name) => name !== OF_CHART_TOO && isOfFalco(name)),
    help: {
      "falco.yaml": (root) =>
        has(root, "falco")
          ? 'what is under "falco" is a falco.yaml'
          : "the chart makes a falco.yaml of them",
      "falcosidekick": (root) =>
        inside(root, "falcosidekick") && has(inside(root, "falcosidekick")!, "config")
          ? 'what is under "falcosidekick.config" is its configuration'
          : "falcod sidekick reads a configuration of falcosidekick",
      "rules": (root) =>
        has(root, "customRules")
          ? 'texts under "customRules" are rules files'
          : "the chart names rules files in them",
    },
  },
  {
    what: "these are values for Helm",
    is: (root, names) => {
      const config = inside(root, "config");
      return config?.kind === "mapping" && countSidekick(namesOf(config)) > 1 &&
        !names.some(isOfFalco);
    },
    help: {
      "falco.yaml": 'what is under "config" is for falcod sidekick -c',
      "falcosidekick": 'what is under "config" is a configuration of falcosidekick',
      "rules": "rules files are lists of rules",
    },
  },
  {
    what: "this is a file of tests for rules",
    is: (root, names) =>
      inside(root, "tests")?.kind === "sequence" &&
      names.every((name) => TEST_NAMES.includes(name)),
    help: {
      "falco.yaml": "falcod test runs it",
      "falcosidekick": "falcod test runs it",
      "rules": "falcod test runs it",
    },
  },
  {
    what: "this is a configuration of falcosidekick",
    is: (root, names) =>
      !names.some(isOfFalco) && countSidekick(names) * 2 > names.length &&
      (countSidekick(names) > 1 || itemsOf(root)[0]?.kind === "mapping"),
    help: {
      "falco.yaml": "falcod sidekick -c reads it; in a falco.yaml, outputs stand under sinks",
      "rules": "falcod sidekick -c reads it",
    },
  },
  {
    what: "this is a falco.yaml",
    // Somebody may have put rules under a key of that name.
    is: (_, names) =>
      names.some((name) => name !== "rules" && isOfFalco(name)) && countSidekick(names) === 0 &&
      // A rule without its dash has keys of both.
      !names.some((name) => ITEM_NAMES.includes(name)),
    help: {
      "falcosidekick": "falcod -c reads it; falcod sidekick reads a configuration of falcosidekick",
      "rules": "it goes to -c",
    },
  },
];

/** Absent where it is what the reader wants, or nobody's that is known. */
export function ownerOf(root: ConfigNode, reader: Reader): Owner | undefined {
  const names = namesOf(root);
  const kind = KINDS.find(({ is }) => is(root, names));
  const help = kind?.help[reader];
  if (kind === undefined || help === undefined) return undefined;
  return { what: kind.what, help: typeof help === "string" ? help : help(root) };
}

/** `C002` at the file's first key; `instead`: what it is not. */
export function reportOwner(
  root: ConfigNode,
  { what, help, instead }: Owner & { readonly instead: string },
  report: Report,
): void {
  hideInner(root);
  report.add({ code: "C002", title: `${what}, and ${instead}`, at: firstOf(root), help });
}

/** The line that is shown may have all of the file, and nobody knows what in it is secret. */
export function hideInner(root: ConfigNode): void {
  for (const value of root.kind === "mapping" ? othersIn(root) : []) {
    if (value.kind !== "scalar") hideNode(value);
  }
}

/** Names of files and plugins, and of variables in them, are no secrets. */
const OF_NAMES: ReadonlySet<string> = new Set([
  "config_files",
  "rules_files",
  "rules_file",
  "load_plugins",
]);

function othersIn({ entries }: MappingNode): readonly ConfigNode[] {
  return [...entries].filter(([key]) => !OF_NAMES.has(key)).map(([, { value }]) => value);
}

function firstOf(root: ConfigNode): Span {
  if (root.kind === "mapping") return [...root.entries.values()][0]?.keyAt ?? root.at;
  return root.kind === "sequence" ? root.items[0]?.at ?? root.at : root.at;
}

function namesOf(node: ConfigNode): readonly string[] {
  return node.kind === "mapping" ? [...node.entries.keys()] : [];
}

function itemsOf(node: ConfigNode | undefined): readonly ConfigNode[] {
  return node?.kind === "mapping" ? [...node.entries.values()].map(({ value }) => value) : [];
}

function inside(node: ConfigNode, name: string): ConfigNode | undefined {
  return node.kind === "mapping" ? (node as MappingNode).entries.get(name)?.value : undefined;
}

function has(node: ConfigNode, name: string): boolean {
  return inside(node, name) !== undefined;
}

/** Of Falco's operator. Much else has a `spec`, as policies and definitions of resources. */
function isRulesfile(root: ConfigNode): boolean {
  const version = textOf(inside(root, "apiVersion"));
  return textOf(inside(root, "kind")) === "Rulesfile" &&
    version.startsWith("artifact.falcosecurity.dev/");
}

function textOf(node: ConfigNode | undefined): string {
  return node?.kind === "scalar" ? node.text : "";
}

function isOfFalco(name: string): boolean {
  return !SHARED.has(name) && (keyNames([], undefined) ?? []).includes(name);
}

function countSidekick(names: readonly string[]): number {
  return names.filter((name) => SIDEKICK_NAMES.has(name.toLowerCase())).length;
}
