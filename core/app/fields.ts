/** Which fields there are. */
import type { FieldTable } from "../field/mod.ts";
import type { Registry } from "../plugin/mod.ts";

/** The fields of every event source a rule can be written for. */
export async function fieldTables(registry: Registry): Promise<ReadonlyMap<string, FieldTable>> {
  const tables = new Map<string, FieldTable>();
  for (const name of registry.names("source")) {
    tables.set(name, (await registry.load("source", name)).fields);
  }
  return tables;
}

/** The fields of all event sources in one table. */
export async function allFields(registry: Registry): Promise<FieldTable> {
  return new Map([...(await fieldTables(registry)).values()].flatMap((table) => [...table]));
}
