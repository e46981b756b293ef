/** Which fields there are. */
import { type FieldTable, staticFields } from "../field/mod.ts";
import type { Registry } from "../plugin/mod.ts";

/** The fields of every event source a rule can be written for, `statics` being those of falco.yaml. */
export async function fieldTables(
  registry: Registry,
  statics: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, FieldTable>> {
  const added = staticFields(statics).map((field) => [field.name, field] as const);
  const tables = new Map<string, FieldTable>();
  for (const name of registry.eventSources()) {
    const { fields } = await registry.load("source", name);
    tables.set(name, added.length > 0 ? new Map([...added, ...fields]) : fields);
  }
  return tables;
}

/** The fields of all event sources in one table. */
export async function allFields(registry: Registry): Promise<FieldTable> {
  return new Map([...(await fieldTables(registry)).values()].flatMap((table) => [...table]));
}
