/** Which fields there are. */
import { type FieldTable, staticFields } from "../field/mod.ts";
import type { Registry } from "../plugin/mod.ts";

type FieldTables = ReadonlyMap<string, FieldTable>;
type Statics = Readonly<Record<string, string>>;

/** The fields of every event source there is, watched or not; `statics` being those of falco.yaml. */
export async function knownFieldTables(
  registry: Registry,
  statics: Statics = {},
): Promise<FieldTables> {
  const added = staticFields(statics).map((field) => [field.name, field] as const);
  const tables = new Map<string, FieldTable>();
  for (const name of registry.eventSources()) {
    const fields = await registry.fieldsOf(name);
    tables.set(name, added.length > 0 ? new Map([...added, ...fields]) : fields);
  }
  return tables;
}

/** The fields of all event sources that are known, in one table. */
export async function allFields(registry: Registry): Promise<FieldTable> {
  return new Map([...(await knownFieldTables(registry)).values()].flatMap((table) => [...table]));
}
