/** What a condition on the command line may use: fields of a source; macros and lists of rules. */
import { escapeUnprintable } from "../alert/mod.ts";
import { nearest } from "../base/mod.ts";
import type { FieldTable } from "../field/mod.ts";
import type { Names } from "../filter/mod.ts";
import { Registry } from "../plugin/mod.ts";
import { namesOf } from "../rule/mod.ts";
import type { Surroundings } from "./examine.ts";
import { knownFieldTables } from "./fields.ts";
import type { Host } from "./host.ts";
import { tellErrors, tellWarnings } from "./report.ts";
import { prepare } from "./start.ts";

export interface SurroundingsRequest {
  /** Event source whose fields the condition may use. */
  readonly source: string;
  /** Without these three there are neither macros nor lists. */
  readonly configPath: string | undefined;
  readonly rulePaths: readonly string[];
  /** `-o`, in order; what is wrong with them is told even where they change nothing. */
  readonly options?: readonly string[];
}

/** Fields, macros and lists; `undefined` after telling why there are none. */
export async function surroundingsOf(
  request: SurroundingsRequest,
  host: Host,
): Promise<Surroundings | undefined> {
  const { configPath, rulePaths, options = [], source } = request;
  if (configPath === undefined && rulePaths.length + options.length === 0) {
    const tables = await knownFieldTables(new Registry(host.plugins));
    return surroundingsIn(tables, source, { names: NO_NAMES, host });
  }
  const { report, registry, loaded, settings, ruleset } = await prepare(
    { configPath, rulePaths, options },
    host,
  );
  if (options.length > 0) tellWarnings(report, host);
  else if (!ruleset) tellErrors(report, host);
  if (!ruleset) return undefined;
  const tables = await knownFieldTables(registry, loaded.config.static_fields);
  return surroundingsIn(tables, source, {
    names: { ...namesOf(ruleset), expansions: new Map() },
    containers: settings.containers,
    ...loaded.config.buffer_format_base64 && { bytes: "base64" },
    host,
  });
}

const NO_NAMES: Names = {
  macro: () => undefined,
  list: () => undefined,
  help: "name the rules file that defines it: -r rules.yaml",
};

function surroundingsIn(
  tables: ReadonlyMap<string, FieldTable>,
  source: string,
  { host, ...others }: Pick<Surroundings, "names" | "containers" | "bytes"> & {
    readonly host: Host;
  },
): Surroundings | undefined {
  const fields = tables.get(source);
  if (fields) return { source, fields, ...others };
  const sources = [...tables.keys()];
  const near = nearest(source, sources);
  const help = near ? `did you mean "${near}"?` : `there are: ${sources.join(", ")}`;
  host.error.write(escapeUnprintable(`no event source "${source}"; ${help}`) + "\n");
  return undefined;
}
