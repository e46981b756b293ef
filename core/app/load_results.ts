/** The result of loading rule files in the shape Falco gives it, for programs that read that. */
import { type Diagnostic, toFile } from "../base/mod.ts";
import { upstreamCode, upstreamDescription } from "../rule/mod.ts";

export interface LoadResult {
  readonly name: string;
  readonly successful: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

interface Finding {
  /** Falco's code. */
  readonly code: string;
  /** Falco's fixed text for the code. */
  readonly codedesc: string;
  readonly message: string;
  readonly context: {
    readonly locations: readonly {
      /** Falco names the rule, macro or list here; falcod has the exact place instead. */
      readonly item_type: string;
      readonly item_name: string;
      readonly position: {
        readonly name: string;
        /** Counted from 0, as Falco does. */
        readonly line: number;
        readonly column: number;
        readonly offset: number;
      };
    }[];
    /** The line, and a caret below the place. */
    readonly snippet: string;
  };
}

/** For each file what was found in it; what Falco has no word for is only in falcod's diagnostics. */
export function loadResults(
  files: readonly string[],
  diagnostics: readonly Diagnostic[],
): LoadResult[] {
  return files.map((name) => {
    const own = diagnostics.filter(({ at }) => at && toFile(at).source.name === name);
    const isError = ({ severity }: Diagnostic) => severity === "error";
    return {
      name,
      successful: !own.some(isError),
      errors: own.filter(isError).map((found) => finding(found, "LOAD_ERR_VALIDATE")),
      warnings: own.filter((found) => !isError(found) && upstreamCode(found.code) !== undefined)
        .map((found) => finding(found, "")),
    };
  });
}

/** An error Falco does not have still has to fail its file: it gets the most general code. */
function finding({ code, title, at }: Diagnostic, general: string): Finding {
  const { source, start } = toFile(at!);
  const { line, column } = source.position(start);
  const text = source.line(line).slice(0, MAX_SNIPPET);
  const caret = " ".repeat(Math.min(column - 1, MAX_SNIPPET)) + "^";
  const position = { name: source.name, line: line - 1, column: column - 1, offset: start };
  const upstream = upstreamCode(code) ?? general;
  return {
    code: upstream,
    codedesc: upstreamDescription(upstream) ?? "",
    message: title,
    context: {
      locations: [{ item_type: "rules content", item_name: "", position }],
      snippet: `${text}\n${caret}\n`,
    },
  };
}

/** Longest line quoted, in UTF-16 units. */
const MAX_SNIPPET = 500;
