/** Which fields there are. */
import { type FieldTable, staticFields, undeliveredFields } from "../field/mod.ts";
import type { Registry } from "../plugin/mod.ts";

type FieldTables = ReadonlyMap<string, FieldTable>;
type Statics = Readonly<Record<string, string>>;

/** The fields of every event source that somebody delivers, `statics` being those of falco.yaml. */
export async function fieldTables(registry: Registry, statics: Statics = {}): Promise<FieldTables> {
  const tables = new Map<string, FieldTable>();
  for (const name of registry.eventSources()) {
    tables.set(name, (await registry.load("source", name)).fields);
  }
  return withStatics(tables, statics);
}

/** Also those of sources that are known and that nobody delivers yet. */
export async function knownFieldTables(
  registry: Registry,
  statics: Statics = {},
): Promise<FieldTables> {
  const delivered = await fieldTables(registry, statics);
  const others = [...undeliveredFields].filter(([source]) => !delivered.has(source));
  return new Map([...delivered, ...withStatics(others, statics)]);
}

function withStatics(
  tables: Iterable<readonly [string, FieldTable]>,
  statics: Statics,
): FieldTables {
  const added = staticFields(statics).map((field) => [field.name, field] as const);
  return new Map([...tables].map(([source, fields]) => [
    source,
    added.length > 0 ? new Map([...added, ...fields]) : fields,
  ]));
}

/** The fields of all event sources that are known, in one table. */
export async function allFields(registry: Registry): Promise<FieldTable> {
  return new Map([...(await knownFieldTables(registry)).values()].flatMap((table) => [...table]));
}
