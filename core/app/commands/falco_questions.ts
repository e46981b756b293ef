/** Flags of Falco that ask something: `-L`, `--list`, `--support` … Today most are commands. */
import { Report } from "../../base/mod.ts";
import type { Registry } from "../../plugin/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { GivenFlags } from "../falco_flags.ts";
import { knownFieldTables } from "../fields.ts";
import { readText } from "../files.ts";
import type { Host } from "../host.ts";
import { nothingFound, printTable } from "../table.ts";
import { reportSupport } from "./_support.ts";

export interface FalcoQuestion {
  readonly flags: GivenFlags;
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
  /** `-V`: `-L` and `-l` are about these, if there are any. */
  readonly validatePaths: readonly string[];
}

type Answer = (question: FalcoQuestion, host: Host) => number | Promise<number>;

/** In the order in which Falco looks at them; the first one given is answered. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  "-i": tellIgnored,
  "--list": listFields,
  "--list-events": listEvents,
  "--list-syscall-events": listEvents,
  "--list-plugins": listPlugins,
  "--plugin-info": async (question, host) => {
    const { tellPluginInfo } = await import("./_plugin_info.ts");
    const { natives } = await pluginsOf(question, host);
    return await tellPluginInfo(lastOf(question.flags, "--plugin-info") ?? "", natives, host);
  },
  "--page-size": tellPageSize,
  "--config-schema": printConfigSchema,
  "--rule-schema": printRuleSchema,
  "--support": reportSupport,
  "-L": describe,
  "-l": describe,
};

/** The exit code after answering; absent when nothing was asked. */
export async function answerFalcoQuestion(
  question: FalcoQuestion,
  host: Host,
): Promise<number | undefined> {
  const flag = Object.keys(ANSWERS).find((name) => question.flags.has(name));
  return flag === undefined ? undefined : await ANSWERS[flag]!(question, host);
}

function lastOf(flags: GivenFlags, name: string): string | undefined {
  return flags.get(name)?.at(-1) || undefined;
}

/** For a person who looks on; a program gets the answer alone. */
function tellCommand(flag: string, command: string, host: Host): void {
  if (host.error.isTerminal) host.error.write(`falcod: ${flag} is "${command}" today\n`);
}

type Format = "text" | "json" | "markdown";

/** `undefined` after telling that there is no such format. */
function formatOf(flags: GivenFlags, host: Host): Format | undefined {
  const format = lastOf(flags, "--format")?.toLowerCase();
  if (format !== undefined && flags.has("--markdown")) {
    host.error.write("--markdown cannot stand beside --format, which can be markdown\n");
    return undefined;
  }
  if (format === undefined) return flags.has("--markdown") ? "markdown" : "text";
  if (format === "text" || format === "json" || format === "markdown") return format;
  const names = ["text", "json", "markdown"];
  host.error.write(
    nothingFound("format", format, { names, instead: `there are ${names.join(", ")}` }),
  );
  return undefined;
}

async function listFields(question: FalcoQuestion, host: Host): Promise<number> {
  const { flags } = question;
  tellCommand("--list", "falcod list fields", host);
  const format = formatOf(flags, host);
  if (!format) return EXIT_FAILURE;
  const { listCommand } = await import("./list.ts");
  const source = lastOf(flags, "--list");
  const namesOnly = flags.has("-N");
  const { registry } = await pluginsOf(question, host);
  const tables = format === "json" ? await tablesOf(registry, source) : undefined;
  // Without any, the command tells which sources there are.
  if (tables?.size) {
    const { fieldClasses } = await import("./_falco_lists.ts");
    const fieldclasses = fieldClasses(tables);
    const fieldnames = fieldclasses.flatMap(({ fields }) => fields.map(({ name }) => name));
    return printJson(namesOnly ? { fieldnames } : { fieldclasses }, host);
  }
  return await listCommand(
    { topic: "fields", pattern: undefined, format, source, namesOnly, registry },
    host,
  );
}

/** Of one event source, or of all. */
async function tablesOf(registry: Registry, only: string | undefined) {
  const tables = await knownFieldTables(registry);
  return new Map([...tables].filter(([source]) => only === undefined || source === only));
}

function printJson(value: unknown, host: Host): number {
  host.out.write(`${JSON.stringify(value, undefined, 2)}\n`);
  return EXIT_OK;
}

async function listEvents({ flags }: FalcoQuestion, host: Host): Promise<number> {
  tellCommand("--list-events", "falcod list events", host);
  const format = formatOf(flags, host);
  if (!format) return EXIT_FAILURE;
  if (format === "json") {
    const { eventsByCategory } = await import("./_falco_lists.ts");
    const { versionsOf } = await import("../versions.ts");
    const { driver_schema_version: schema_version } = versionsOf([]);
    return printJson({ schema_version, ...eventsByCategory() }, host);
  }
  const { listCommand } = await import("./list.ts");
  return await listCommand({ topic: "events", pattern: undefined, format }, host);
}

/** As Falco, JSON where `json_output` is set. */
async function describe(
  { flags, configPath, rulePaths, options, validatePaths }: FalcoQuestion,
  host: Host,
): Promise<number> {
  const rule = flags.has("-L") ? undefined : lastOf(flags, "-l");
  if (validatePaths.length > 0) {
    const { validateCommand } = await import("./validate.ts");
    const request = { paths: [], rulePaths: validatePaths, configPath, options };
    return await validateCommand({ ...request, format: "falco", describes: { rule } }, host);
  }
  tellCommand(rule === undefined ? "-L" : "-l", "falcod describe", host);
  const { describeCommand } = await import("./describe.ts");
  const request = { rule, configPath, rulePaths, options };
  return await describeCommand({ ...request, json: "configured" }, host);
}

function tellIgnored(_question: FalcoQuestion, host: Host): number {
  host.out.write("Ignored: none. Rules see every event they ask for, with or without -A.\n");
  return EXIT_OK;
}

async function pluginsOf(question: FalcoQuestion, host: Host) {
  const { configuredPlugins } = await import("./configured_plugins.ts");
  return await configuredPlugins(question, host);
}

/** What is built in, then libraries and packages that the configuration has loaded. */
async function listPlugins(question: FalcoQuestion, host: Host): Promise<number> {
  const format = formatOf(question.flags, host);
  if (!format) return EXIT_FAILURE;
  const { natives, packages } = await pluginsOf(question, host);
  const found = [
    ...host.plugins.map(({ name, kind }) => ({ name, kind, library: "built in" })),
    ...natives.map(({ plugin: { name, path } }) => ({ name, kind: "native", library: path })),
    ...packages.map(({ name, kind, version }) => ({ name, kind, library: `package ${version}` })),
  ];
  if (format === "json") {
    host.out.write(`${JSON.stringify(found)}\n`);
    return EXIT_OK;
  }
  printTable({
    heads: ["plugin", "kind", "library"],
    rows: found.map(({ name, kind, library }) => [name, kind.replaceAll("_", " "), library]),
  }, host.out);
  return EXIT_OK;
}

/** linux v6.8 include/uapi/linux/auxvec.h */
const AT_PAGESZ = 6n;

function tellPageSize(_question: FalcoQuestion, host: Host): number {
  const pairs = new BigUint64Array(Deno.readFileSync("/proc/self/auxv").slice().buffer);
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    if (pairs[i] !== AT_PAGESZ) continue;
    host.out.write(`Your system page size is: ${pairs[i + 1]} bytes\n`);
    return EXIT_OK;
  }
  host.error.write("the kernel does not tell the size of its pages\n");
  return EXIT_FAILURE;
}

async function printConfigSchema(_question: FalcoQuestion, host: Host): Promise<number> {
  const { configJsonSchema } = await import("../config/json_schema.ts");
  const { meaningsIn } = await import("../config/meanings.ts");
  const ours = readText(`${host.rulesFolder}/falco.yaml`, new Report());
  return printJson(configJsonSchema(meaningsIn(ours?.text ?? "")), host);
}

async function printRuleSchema(_question: FalcoQuestion, host: Host): Promise<number> {
  const { ruleFileJsonSchema } = await import("../../rule/mod.ts");
  return printJson(ruleFileJsonSchema(), host);
}
