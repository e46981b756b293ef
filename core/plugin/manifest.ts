/**
 * `falcod-plugin.json`: what a package of a third party says of itself. It is all falcod believes before
 * any code of the package runs, and all it needs to check rules and configuration: fields of a source and
 * keys of a configuration stand here, so that `falcod validate` runs nobody's code.
 */
import * as z from "zod";
import { nodeAt, Report, type SourceText, type Span } from "../base/mod.ts";
import { readStrictYaml, type YamlNode } from "../base/yaml.ts";
import { API_VERSION, isInRange, isVersion, isVersionRange } from "./api_version.ts";
import { configSchemaProblem } from "./config_schema.ts";
import { noDuplicates, permissionsSchema, pluginPath } from "./permissions.ts";

export const MANIFEST_FILE = "falcod-plugin.json";

/** Of the manifest, in bytes as UTF-8. */
export const MAX_MANIFEST_BYTES = 256 << 10;
const MAX_DEPTH = 32;
const MAX_FIELDS = 2000;
const MAX_FILES = 1000;

/** Names of plugins, also as a folder and behind `npm:`. */
export const PLUGIN_NAME = /^(?=.{1,64}$)[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;

const line = (max: number) =>
  z.string({ error: "text" }).min(1, { error: "text that is not empty" })
    .max(max, { error: `at most ${max} characters` })
    // deno-lint-ignore no-control-regex
    .refine((text) => !/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text), {
      error: "one line without control characters",
    }).refine((text) => text.isWellFormed(), { error: "text in Unicode" });

const sha256 = z.string({ error: "64 hexadecimal digits" })
  .regex(/^[0-9a-f]{64}$/, { error: "64 hexadecimal digits in lower case" });

/** Those of `FieldType` that JSON has values for. */
const FIELD_TYPES = [
  "text",
  "path",
  "int64",
  "uint64",
  "double",
  "bool",
  "time",
  "duration",
  "ip",
  "port",
] as const;

/** `/request/user/name`, RFC 6901. */
const pointer = z.string({ error: "a JSON pointer" }).max(512, { error: "at most 512 characters" })
  .regex(/^(?:\/(?:[^/~]|~[01])*)*$/, { error: 'a JSON pointer as "/user/name"' });

const field = z.strictObject({
  name: z.string({ error: "text" }).max(128, { error: "at most 128 characters" })
    .regex(/^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/, {
      error: 'words in lower case with a dot between, as "github.user"',
    }).refine((name) => !/^(?:evt|falcod|json|jevt)\./.test(name), {
      error: "a prefix of its own: this one is falcod's",
    }),
  type: z.enum(FIELD_TYPES, { error: `one of ${FIELD_TYPES.join(", ")}` }),
  description: line(1000),
  /** Where the value is in an event; absent: at the name of the field, as a key of the event itself. */
  from: pointer.optional(),
  /** The value is a sequence. */
  list: z.boolean({ error: "true or false" }).optional(),
  /** What stands in brackets behind the name leads on from there: a key of a mapping, or a number. */
  argument: z.enum(["key", "index"], { error: "one of key, index" }).optional(),
}, { error: "a mapping with name, type and description" }).refine(
  ({ list, argument }) => !(list && argument),
  { error: "either list or argument", path: ["argument"] },
);

const source = z.strictObject({
  name: z.string({ error: "text" }).max(64, { error: "at most 64 characters" })
    .regex(/^[a-z][a-z0-9_]*$/, { error: "letters, digits and _ in lower case" }),
  fields: z.array(field, { error: "a sequence of fields" })
    .max(MAX_FIELDS, { error: `at most ${MAX_FIELDS} fields` })
    .superRefine(noDuplicates(({ name }) => name)),
}, { error: "a mapping with name and fields" });

const files = z.array(
  z.strictObject({ path: pluginPath, sha256 }, { error: "a mapping with path and sha256" }),
  { error: "a sequence of files" },
).max(MAX_FILES, { error: `at most ${MAX_FILES} files` })
  // On file systems that do not tell A from a, two of these would be one.
  .superRefine(noDuplicates(({ path }) => path.toLowerCase()));

export const PLUGIN_KINDS = ["source", "sink", "formatter", "rules"] as const;

const manifestSchema = z.strictObject({
  /** For editors. */
  $schema: line(1000).optional(),
  name: z.string({ error: "text" }).regex(PLUGIN_NAME, {
    error: "1 to 64 letters, digits, - and _, in lower case, with a letter first",
  }),
  version: z.string({ error: "text" }).refine(isVersion, { error: "a version as 1.2.3" }),
  kind: z.enum(PLUGIN_KINDS, { error: `one of ${PLUGIN_KINDS.join(", ")}` }),
  description: line(1000),
  license: line(200).optional(),
  homepage: line(1000).refine((text) => /^https?:\/\/\S+$/.test(text), { error: "an http address" })
    .optional(),
  api: z.string({ error: "text" }).refine(isVersionRange, {
    error: "a range of versions as ^1.0.0",
  }),
  entry: pluginPath.refine((path) => /\.(?:js|mjs|ts)$/.test(path), { error: "a .js or .ts file" })
    .optional(),
  sha256: sha256.optional(),
  files: files.default([]),
  config: z.record(z.string(), z.unknown(), { error: "a JSON schema of an object" }).optional(),
  source: source.optional(),
  permissions: permissionsSchema,
}, { error: "a mapping" }).superRefine(checkKind);

/** What goes with the kind. */
function checkKind(manifest: ManifestText, context: z.RefinementCtx): void {
  const wrong = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  const { kind, entry, files } = manifest;
  if (kind === "rules") {
    const rules = files.filter(({ path }) => /\.ya?ml$/.test(path));
    if (rules.length === 0) {
      wrong("files", "a file of rules (.yaml) or more: it is a pack of rules");
    }
    for (const key of ["entry", "sha256", "source", "config"] as const) {
      if (manifest[key] !== undefined) wrong(key, "nothing here: packs of rules run no code");
    }
    if (Object.values(manifest.permissions).some((asked) => asked.length > 0)) {
      wrong("permissions", "none: packs of rules run no code");
    }
  } else {
    if (entry === undefined) wrong("entry", "the file with the plugin's code");
    if (manifest.sha256 === undefined) wrong("sha256", "the SHA-256 of the entry");
    if (kind === "source" && !manifest.source) wrong("source", "the events' name and fields");
    if (kind !== "source" && manifest.source) wrong("source", `nothing here: it is a ${kind}`);
    if (entry !== undefined && files.some(({ path }) => path === entry)) {
      wrong("files", "other files than the entry, which has its own sha256");
    }
  }
  const problem = manifest.config && configSchemaProblem(manifest.config);
  if (problem) {
    context.addIssue({
      code: "custom",
      path: ["config", ...problem.path],
      message: problem.wanted,
    });
  }
}

type ManifestText = z.output<typeof manifestSchema>;
/** A manifest that was read, with nothing in it that was not checked. */
export type PluginManifest = Readonly<ManifestText>;
export type ManifestField = Readonly<z.output<typeof field>>;
export type ThirdPartyKind = PluginManifest["kind"];

/**
 * Reads a manifest; absent when anything is wrong, which is reported. Never throws, whatever the text.
 * With `anyApi`, a plugin for another version of falcod's plugin API can be looked at.
 */
export function readManifest(
  text: SourceText,
  report: Report,
  { anyApi = false }: { readonly anyApi?: boolean } = {},
): PluginManifest | undefined {
  const json = readJson(text, report);
  if (!json) return undefined;
  const result = manifestSchema.safeParse(json.value);
  for (const issue of (result.error?.issues ?? []).slice(0, 100)) {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys.slice(0, 20)) {
        report.add({
          code: "P002",
          title: `unknown key "${[...path, key].join(".")}" in the manifest of a plugin`,
          at: json.placeOf([...path, key]),
          help: "a newer falcod may know it; this one cannot tell what it asks for",
        });
      }
      continue;
    }
    const where = path.length > 0 ? `"${path.join(".")}"` : "the manifest of a plugin";
    report.add({
      code: "P002",
      title: `${where} wants ${issue.message}`,
      at: json.placeOf(path),
    });
  }
  if (!result.success) return undefined;
  if (!anyApi && !isInRange(API_VERSION, result.data.api)) {
    report.add({
      code: "P003",
      title:
        `the plugin "${result.data.name}" wants version ${result.data.api} of the plugin API, ` +
        `this falcod has ${API_VERSION}`,
      at: json.placeOf(["api"]),
      help: "take a version of the plugin, or of falcod, that fits",
    });
    return undefined;
  }
  return result.data;
}

interface Json {
  readonly value: unknown;
  placeOf(path: readonly (string | number)[]): Span;
}

/** JSON with places. Whoever writes a key twice might have each reader see another one. */
function readJson(source: SourceText, report: Report): Json | undefined {
  const wrong = (title: string, at?: Span) => {
    report.add({ code: "P001", title, at: at ?? source.span(0, 0), help: "it has to be JSON" });
    return undefined;
  };
  if (source.text.length > MAX_MANIFEST_BYTES) {
    return wrong(`the manifest of a plugin is larger than ${MAX_MANIFEST_BYTES} bytes`);
  }
  const deep = tooDeepAt(source.text);
  if (deep !== undefined) {
    const at = source.span(deep, deep + 1);
    return wrong(`the manifest of a plugin has more than ${MAX_DEPTH} brackets in each other`, at);
  }
  let value: unknown;
  try {
    value = JSON.parse(source.text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const offset = Number(/ at position (\d+)/.exec(message)?.[1] ?? 0);
    return wrong("the manifest of a plugin is not valid JSON", source.span(offset, offset));
  }
  // JSON is YAML, and that reader knows places, and keys that come twice.
  const findings = new Report(10);
  const root = readStrictYaml(source, findings)[0]?.root;
  const twice = findings.diagnostics.find(({ severity }) => severity === "error");
  if (twice) return wrong(`in the manifest of a plugin: ${twice.title}`, twice.at);
  return { value, placeOf: (path) => placeIn(root, path) ?? source.span(0, 0) };
}

function placeIn(root: YamlNode | undefined, path: readonly (string | number)[]): Span | undefined {
  if (!root) return undefined;
  const parent = nodeAt(root, path.slice(0, -1));
  const key = parent.kind === "map" && parent.entries.find(({ key }) => key.value === path.at(-1));
  const { source, start } = nodeAt(root, path).span;
  if (!key) return source.span(start, start + 1);
  return key.value.kind === "scalar" ? key.value.span : key.key.span;
}

/** Where brackets are deeper in each other than they may be; brackets in texts do not count. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (isText) {
      if (unit === "\\") at++;
      else if (unit === '"') isText = false;
    } else if (unit === '"') isText = true;
    else if (unit === "[" || unit === "{") {
      if (++depth > MAX_DEPTH) return at;
    } else if (unit === "]" || unit === "}") depth--;
  }
  return undefined;
}
