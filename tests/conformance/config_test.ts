import { basename, dirname } from "node:path";
import { Report, SourceText } from "../../core/base/mod.ts";
import { checkConfig } from "../../core/app/config/check.ts";
import { mergeConfig, readConfigText } from "../../core/app/config/load.ts";
import { applyOption, type OptionStep, parseOption } from "../../core/app/config/option.ts";
import type { Config } from "../../core/app/config/schema.ts";
import {
  type ConfigNode,
  emptyMapping,
  type MappingNode,
  nodeAt,
} from "../../core/app/config/tree.ts";
import { conformanceSuite } from "./corpus.ts";

/** What one of upstream's tests of configuration does, step by step. */
interface ConfigCase {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Load {
  readonly options: readonly string[];
  readonly ok: boolean;
  readonly error?: string;
  /** By file: `ok`, or what Falco's schema says against it. */
  readonly loaded?: Readonly<Record<string, string>>;
  readonly merged?: unknown;
}

type Step =
  | Load & {
    readonly op: "config.init_from_file";
    readonly file: string;
    readonly main_content: string;
    readonly files: Readonly<Record<string, string>>;
  }
  | Load & {
    readonly op: "config.init_from_content";
    readonly filename: string;
    readonly content: string;
  }
  | { readonly op: "yaml.load_from_string"; readonly input: string; readonly ok: boolean }
  | { readonly op: "yaml.clear" }
  | { readonly op: "yaml.is_defined"; readonly key: string; readonly value: boolean }
  | {
    readonly op: "yaml.get_scalar";
    readonly key: string;
    readonly type: "string" | "int" | "bool";
    readonly default: Scalar;
    readonly value?: Scalar;
    readonly error?: string;
  }
  | {
    readonly op: "yaml.get_sequence";
    readonly key: string;
    readonly value: readonly string[] | "?";
  }
  | { readonly op: "yaml.set_scalar"; readonly key: string; readonly value: Scalar }
  | { readonly op: "assert"; readonly expr: string; readonly expected?: Scalar };

type Scalar = string | number | boolean;

conformanceSuite<ConfigCase>({
  file: "config.jsonl",
  behaviour: "falco.yaml, its options and files are read as upstream's tests of configuration want",
  name: ({ name }) => name,
  judge: ({ env, steps }) => new Session(env).judge(steps),
  // The others call functions of upstream's capture recording, with nothing read from falco.yaml.
  concerns: ({ steps }) => steps.some(({ op }) => op !== "assert"),
});

class Session {
  readonly #environment: Readonly<Record<string, string>>;
  #root: MappingNode = emptyMapping(new SourceText("<case>", "").all);
  #config: Config | undefined;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  judge(steps: readonly Step[]): string | undefined {
    for (const [index, step] of steps.entries()) {
      const problem = this.#step(step);
      if (problem !== undefined) return `step ${index + 1}, ${step.op}: ${problem}`;
    }
    return undefined;
  }

  #step(step: Step): string | undefined {
    switch (step.op) {
      case "config.init_from_file": {
        // Some lie where upstream has them; the others name each other.
        const main = step.file.includes("/") ? "main.yaml" : step.file;
        return this.#load(step, main, { ...step.files, [main]: step.main_content });
      }
      case "config.init_from_content":
        return this.#load(step, step.filename, { [step.filename]: step.content });
      case "yaml.load_from_string": {
        const report = new Report();
        const source = new SourceText("<case>", step.input);
        const root = readConfigText(source, { environment: this.#lookUp, report });
        if (root) this.#root = root;
        return differ(root !== undefined && !report.hasErrors, step.ok);
      }
      case "yaml.clear":
        this.#root = emptyMapping(this.#root.at);
        return undefined;
      case "yaml.is_defined":
        return differ(this.#node(step.key) !== undefined, step.value);
      case "yaml.get_scalar": {
        const path = pathOf(step.key);
        if (!path || step.error !== undefined) return differ(!path, step.error !== undefined);
        return differ(scalarOf(nodeAt(this.#root, path), step.type) ?? step.default, step.value);
      }
      case "yaml.get_sequence": {
        const node = this.#node(step.key);
        const items = node?.kind === "sequence"
          ? node.items.map((item) => scalarOf(item, "string"))
          : [];
        return step.value === "?" ? undefined : differ(items, step.value);
      }
      case "yaml.set_scalar": {
        const option = parseOption(`${step.key}=${step.value}`, new Report());
        if (!option) return "no such key can be set";
        applyOption(this.#root, option, {
          kind: "scalar",
          text: `${step.value}`,
          at: option.value,
        });
        return undefined;
      }
      case "assert":
        return this.#assert(step);
      default:
        return step satisfies never;
    }
  }

  readonly #lookUp = (name: string): string | undefined => this.#environment[name];

  #node(key: string): ConfigNode | undefined {
    const path = pathOf(key);
    return path && nodeAt(this.#root, path);
  }

  /** Files are written and found in a directory of their own, by names without one. */
  #load(
    { options, ok, error, loaded, merged }: Load,
    main: string,
    files: Readonly<Record<string, string>>,
  ): string | undefined {
    const report = new Report();
    const before = Deno.cwd();
    const folder = Deno.makeTempDirSync({ prefix: "falcod-config-" });
    const moved = (text: string) => movedInto(folder, Object.keys(files), text);
    try {
      Deno.chdir(folder);
      for (const [name, text] of Object.entries(files)) {
        const path = moved(name);
        Deno.mkdirSync(dirname(path), { recursive: true });
        Deno.writeTextFileSync(path, moved(text));
      }
      const request = { path: main, options, environment: this.#lookUp, rulesFolder: folder };
      this.#root = mergeConfig(request, new Report()).root;
      // Checking takes out what is wrong.
      this.#config = checkConfig(mergeConfig(request, report).root, report);
      if (report.hasErrors && ok && !isTold(report, loaded)) return report.diagnostics[0]?.title;
      if (!ok) return report.hasErrors ? undefined : `accepted, Falco says ${error}`;
      const expected = JSON.parse(moved(JSON.stringify(merged ?? null)));
      return differ(sorted(textOf(this.#root)), sorted(expected)) ?? judgeSchema(report, loaded);
    } finally {
      Deno.chdir(before);
      Deno.removeSync(folder, { recursive: true });
    }
  }

  /** Upstream's members that have a key of falco.yaml each. */
  #assert(
    { expr, expected }: { readonly expr: string; readonly expected?: Scalar },
  ): string | undefined {
    const member = /(?:config|config->|conf)[.>-]+(m_\w+(?:\[\d+\])?(?:\.m_\w+)?)(\.size\(\))?$/
      .exec(expr);
    const read = member && READERS[member[1]!.replace(/\[\d+\]/, "[]")];
    if (!read || !this.#config || expected === undefined) return undefined;
    const index = Number(/\[(\d+)\]/.exec(member[1]!)?.[1] ?? 0);
    const value = read(this.#config, index);
    return differ(member[2] ? (value as { length: number }).length : value, expected);
  }
}

const READERS: Readonly<Record<string, (config: Config, index: number) => unknown>> = {
  "m_webserver_config.m_listen_address": ({ webserver }) => webserver.listen_address,
  m_capture_path_prefix: ({ capture }) => capture.path_prefix,
  m_capture_default_duration_ns: ({ capture }) => capture.default_duration * 1e6,
  m_capture_max_file_size_mb: ({ capture }) => capture.max_file_size_mb,
  "m_plugins[].m_name": ({ plugins }, index) => plugins[index]?.name,
  "m_plugins[].m_library_path": ({ plugins }, index) => plugins[index]?.library_path,
  "m_plugins[].m_open_params": ({ plugins }, index) => plugins[index]?.open_params,
  m_append_output: ({ append_output }) => append_output,
  "m_append_output[].m_source": ({ append_output }, index) => append_output[index]?.match?.source,
  "m_append_output[].m_rule": ({ append_output }, index) => append_output[index]?.match?.rule,
  "m_append_output[].m_tags": ({ append_output }, index) => append_output[index]?.match?.tags,
  "m_append_output[].m_format": ({ append_output }, index) => append_output[index]?.extra_output,
  m_rules_selection: ({ rules }) => rules,
  "m_rules_selection[].m_rule": ({ rules }, index) =>
    (rules[index]?.enable ?? rules[index]?.disable)?.rule,
  "m_rules_selection[].m_tag": ({ rules }, index) =>
    (rules[index]?.enable ?? rules[index]?.disable)?.tag,
};

/** Absolute paths in a text that name a file of the case, or a folder of one: into the case's folder. */
function movedInto(folder: string, names: readonly string[], text: string): string {
  return text.replace(/(?:<\w+>)?(?:\/[\w.-]+)+/g, (path) => {
    if (names.some((name) => name === path || name.startsWith(`${path}/`))) {
      return folder + path.replace(/^<\w+>/, "");
    }
    return names.includes(basename(path)) ? `${folder}/${basename(path)}` : path;
  });
}

/** A value outside its range is an error here, and only a word of the schema in Falco. */
function isTold(report: Report, loaded: Load["loaded"]): boolean {
  const failed = Object.values(loaded ?? {}).some((status) => status.startsWith("failed"));
  return failed &&
    report.diagnostics.every(({ code, severity }) => severity !== "error" || code === "C004");
}

/**
 * Keys that Falco's schema does not know are complained of here, in one of the files; where the schema
 * is content, nobody complains. Empty values are no mistake here.
 */
function judgeSchema(report: Report, loaded: Load["loaded"] = {}): string | undefined {
  const statuses = Object.values(loaded);
  const told = report.diagnostics.filter(({ severity }) => severity !== "info");
  if (statuses.every((status) => status === "ok")) return told[0]?.title;
  const isUnknownKey = statuses.some((status) => status.includes("property"));
  return isUnknownKey && told.length === 0 ? "nothing said of keys Falco does not know" : undefined;
}

function pathOf(key: string): readonly (string | number)[] | undefined {
  const option = parseOption(`${key}=`, new Report());
  return option?.steps.map((step: OptionStep) =>
    step.kind === "name" ? step.name : step.kind === "index" ? step.index : -1
  );
}

function scalarOf(
  node: ConfigNode | undefined,
  type: "string" | "int" | "bool",
): Scalar | undefined {
  if (node?.kind !== "scalar") return undefined;
  const { text } = node;
  if (type === "string") return text;
  if (type === "int") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (/^(?:true|yes|on|y)$/i.test(text)) return true;
  return /^(?:false|no|off|n)$/i.test(text) ? false : undefined;
}

function textOf(node: ConfigNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "scalar":
      return node.text;
    case "sequence":
      return node.items.map(textOf);
    case "mapping":
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, textOf(value)]));
    default:
      return node satisfies never;
  }
}

/** Mappings have no order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map((
      [key, inner],
    ) => [key, sorted(inner)]),
  );
}

function differ(ours: unknown, theirs: unknown): string | undefined {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return a === b ? undefined : `${a}, Falco ${b}`;
}
