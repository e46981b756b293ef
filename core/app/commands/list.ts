/** `falcod list fields` and `falcod list events`: what conditions and outputs can be made of. */
import {
  EVENT_FLAGS,
  eventCodesByName,
  eventNames,
  eventType,
  newerCallNamed,
} from "../../event/mod.ts";
import type { FieldDefinition } from "../../field/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { knownFieldTables } from "../fields.ts";
import type { Host } from "../host.ts";
import { nameFilter, nothingFound, printMarkdown, printTable } from "../table.ts";

export interface ListRequest {
  readonly topic: "fields" | "events";
  readonly pattern: string | undefined;
  readonly format: ListFormat;
  /** Of fields: only those of this event source, and only their names. */
  readonly source?: string | undefined;
  readonly namesOnly?: boolean;
  /** With plugins of a configuration; absent: what is built in. */
  readonly registry?: Registry;
}

export type ListFormat = "text" | "json" | "markdown";

/** Exit code 1 when nothing is like that. */
export async function listCommand(request: ListRequest, host: Host): Promise<number> {
  const { topic, pattern, source, registry = new Registry(host.plugins) } = request;
  const context = { host, registry, isWanted: nameFilter(pattern) };
  const shown = topic === "fields"
    ? await listFields(request, context)
    : listEvents(request, context);
  if (shown > 0) return EXIT_OK;
  if (pattern === undefined) {
    const names = [...(await knownFieldTables(registry)).keys()];
    const isField = source && (await allFieldNames(registry)).some(nameFilter(source));
    const instead = `there are ${names.join(", ")}` +
      (isField ? `; for fields: falcod list fields ${source}` : "");
    host.error.write(nothingFound("event source", source ?? "", { names, instead }));
    return EXIT_FAILURE;
  }
  const [what, names] = topic === "fields"
    ? ["field", await allFieldNames(registry)] as const
    : ["event type", eventNames()] as const;
  const instead = `falcod list ${topic} shows all`;
  host.error.write(nothingFound(what, pattern, { names, instead }));
  return EXIT_FAILURE;
}

async function allFieldNames(registry: Registry): Promise<readonly string[]> {
  const tables = await knownFieldTables(registry);
  return [...tables.values()].flatMap((table) => [...table.keys()]);
}

interface ListContext {
  readonly host: Host;
  readonly registry: Registry;
  readonly isWanted: (name: string) => boolean;
}

/** Both print what is wanted, and return how much that was. */
async function listFields(
  { format, source: only, namesOnly = false }: ListRequest,
  { host, registry, isWanted }: ListContext,
): Promise<number> {
  const tables = await knownFieldTables(registry);
  const wanted = [...tables].filter(([source]) => only === undefined || source === only);
  const fields = wanted.flatMap(([source, table]) =>
    [...table.values()].filter((field) => isWanted(field.name))
      .sort((a, b) => a.name < b.name ? -1 : 1)
      .map((field) => ({ source, field }))
  );
  if (format === "json") {
    const objects = fields.map(({ source, field }) => ({ source, ...describeField(field) }));
    host.out.write(`${JSON.stringify(objects)}\n`);
    return fields.length;
  }
  const sources = Map.groupBy(fields, ({ field }) => field);
  if (namesOnly) {
    host.out.write([...sources.keys()].map(({ name }) => `${name}\n`).join(""));
    return fields.length;
  }
  const print = format === "markdown" ? printMarkdown : printTable;
  print({
    heads: ["field", "type", "argument", "source", "meaning"],
    rows: [...sources].map(([field, uses]) => [
      field.name,
      field.list ? `list of ${field.type}` : field.type,
      argumentOf(field),
      uses.map(({ source }) => source).join(", "),
      [field.summary, ...remarksOn(field)].join("; "),
    ]),
  }, host.out);
  return fields.length;
}

function describeField(field: FieldDefinition) {
  const { name, type, summary, list = false, argument, only, origin, deprecated } = field;
  return {
    name,
    type,
    summary,
    list,
    ...(argument && { argument: { kind: argument.kind, required: argument.required } }),
    ...(only && { only }),
    ...(origin && { origin }),
    ...(deprecated !== undefined && { deprecated }),
    ...(field.unavailable !== undefined && { unavailable: field.unavailable }),
  };
}

function argumentOf({ argument }: FieldDefinition): string {
  if (!argument) return "";
  const spelled = argument.kind === "either" ? "index or key" : argument.kind;
  return argument.required ? `[${spelled}]` : `optional [${spelled}]`;
}

function remarksOn(field: FieldDefinition): string[] {
  const remarks: string[] = [];
  if (field.only) remarks.push(field.only === "filter" ? "conditions only" : "outputs only");
  if (field.origin === "falcod") remarks.push("falcod's own");
  const { deprecated, unavailable } = field;
  if (unavailable !== undefined) {
    const also = deprecated === undefined ? "" : "deprecated, and ";
    remarks.push(`${also}without a value: ${unavailable}`);
  }
  if (deprecated !== undefined) {
    remarks.push(unavailable === undefined ? `deprecated: ${deprecated}` : deprecated);
  }
  return remarks;
}

function listEvents({ format }: ListRequest, { host, isWanted }: ListContext): number {
  const events = eventNames().filter(isWanted).map((name) => {
    const codes = eventCodesByName(name);
    const types = codes.map(eventType).filter((type) => type !== undefined);
    const isNewer = newerCallNamed(name) !== undefined;
    // Old versions exist for capture files only; the current one says what rules get.
    const type = types.find((type) => !(type.flags & EVENT_FLAGS.old)) ?? types[0];
    return {
      name,
      ...isNewer && { deliveredAs: type!.name },
      category: type?.category ?? "unknown",
      class: type?.class ?? "none",
      parameters: (type?.params ?? []).map((param) => ({ name: param.name, type: param.type })),
      codes,
    };
  });
  if (format === "json") {
    host.out.write(`${JSON.stringify(events)}\n`);
    return events.length;
  }
  const print = format === "markdown" ? printMarkdown : printTable;
  print({
    heads: ["event", "category", "class", "parameters"],
    rows: events.map((event) => [
      event.name,
      event.category,
      event.class,
      event.parameters.map((param) => param.name).join(" ") +
      (event.deliveredAs === undefined ? "" : `, as ${event.deliveredAs}`),
    ]),
  }, host.out);
  return events.length;
}
