/**
 * The chart's manifests without Helm, for `kubectl apply -f -`:
 *
 *     deno run --allow-read scripts/deploy/render_chart.ts [-f VALUES]... [--name NAME]
 *       [--namespace NAMESPACE] [--create-namespace] [--api API]...
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { CHART_FUNCTIONS } from "./chart_functions.ts";
import { TemplateError, Templates, type Value } from "./go_template.ts";

const CHART = fileURLToPath(new URL("./helm/falcod", import.meta.url));
const KUBERNETES = "1.31.0";
const NAME = "falcod";

export interface ChartOptions {
  readonly name?: string;
  readonly namespace?: string;
  /** Laid over those of the chart, the last on top. */
  readonly values?: readonly Record<string, Value>[];
  readonly kubernetes?: string;
  /** What else the cluster serves: `security.openshift.io/v1`. */
  readonly apis?: readonly string[];
  /** What labels say it is managed by. */
  readonly service?: string;
  /** With the namespace itself. */
  readonly createNamespace?: boolean;
}

/** Pods that are to see a node are more than the usual policies allow. */
function namespaceObject(name: string): string {
  return `---
apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels:
    pod-security.kubernetes.io/enforce: privileged
`;
}

/** YAML documents, those of each template after its name; a `TemplateError` where the chart refuses. */
export function renderChart(options: ChartOptions = {}): string {
  const { templates, files, data } = readChart(options);
  const { createNamespace = false, namespace = NAME } = options;
  const before = createNamespace ? namespaceObject(namespace) : "";
  return before + files.filter((file) => file.endsWith(".yaml"))
    .map((file) => [file, templates.render(file, data).trim()] as const)
    .filter(([, text]) => text !== "")
    .map(([file, text]) => `---\n# ${file}\n${text.replace(/^---\n/, "")}\n`).join("");
}

/** What Helm says after an installation. */
export function chartNotes(options: ChartOptions = {}): string {
  const { templates, data } = readChart(options);
  return templates.render("NOTES.txt", data).trim();
}

function readChart(options: ChartOptions) {
  const {
    name = NAME,
    namespace = NAME,
    values = [],
    kubernetes = KUBERNETES,
    apis = [],
    service = "kubectl",
  } = options;
  const chart = readYaml(`${CHART}/Chart.yaml`);
  const templates = new Templates(CHART_FUNCTIONS);
  const files = [...Deno.readDirSync(`${CHART}/templates`)].map((entry) => entry.name).sort();
  for (const file of files) {
    templates.add(file, Deno.readTextFileSync(`${CHART}/templates/${file}`));
  }
  const data = {
    Chart: {
      Name: chart["name"],
      Version: chart["version"],
      AppVersion: chart["appVersion"],
    },
    Release: { Name: name, Namespace: namespace, Service: service },
    Capabilities: {
      KubeVersion: { Version: `v${kubernetes}` },
      APIVersions: { Has: (api: string) => apis.includes(api) },
    },
    Values: values.reduce(merged, readYaml(`${CHART}/values.yaml`)),
  };
  return { templates, files, data };
}

/** As Helm does it: maps are merged, anything else is replaced, null takes a key away. */
function merged(under: Record<string, Value>, over: Record<string, Value>): Record<string, Value> {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    if (value === null) delete result[key];
    else result[key] = isMap(below) && isMap(value) ? merged(below, value) : value;
  }
  return result;
}

function isMap(value: Value): value is Record<string, Value> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readYaml(path: string): Record<string, Value> {
  return parse(Deno.readTextFileSync(path)) as Record<string, Value>;
}

if (import.meta.main) {
  const { values: given } = parseArgs({
    args: Deno.args,
    options: {
      values: { type: "string", short: "f", multiple: true },
      name: { type: "string", default: "falcod" },
      namespace: { type: "string", default: "falcod" },
      "create-namespace": { type: "boolean", default: false },
      api: { type: "string", multiple: true },
    },
  });
  const { name, namespace, values = [], api: apis = [] } = given;
  try {
    const createNamespace = given["create-namespace"];
    const options = { name, namespace, values: values.map(readYaml), createNamespace, apis };
    console.log(renderChart(options).trimEnd());
    // Beside the manifests, which go to kubectl.
    console.error(chartNotes(options));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
