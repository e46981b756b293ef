/** The result of loading rule files in the shape Falco gives it, for programs that read that. */
import {
  type Diagnostic,
  hideSecretsOfLine,
  type SourceText,
  type Span,
  toFile,
} from "../base/mod.ts";
import { upstreamCode, upstreamDescription } from "../rule/mod.ts";
import { type ChainLink, ItemChains } from "./item_chain.ts";

export interface LoadResult {
  readonly name: string;
  readonly successful: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

type ChainOf = (at: Span, code: string) => readonly ChainLink[];

interface Finding {
  /** Falco's code. */
  readonly code: string;
  /** Falco's fixed text for the code. */
  readonly codedesc: string;
  readonly message: string;
  readonly context: {
    /** From the file inwards; the last has the exact place, which Falco often has not. */
    readonly locations: readonly {
      /** `rule`, `rule condition` and the like. */
      readonly item_type: string;
      readonly item_name: string;
      readonly position: Position;
    }[];
    /** The line, and a caret below the place. */
    readonly snippet: string;
  };
}

interface Position {
  readonly name: string;
  /** Counted from 0, as Falco does. */
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** For each file what was found in it; what Falco has no word for is only in falcod's diagnostics. */
export function loadResults(
  files: readonly string[],
  diagnostics: readonly Diagnostic[],
): LoadResult[] {
  return files.map((name) => {
    const own = diagnostics.filter(({ at }) => at && toFile(at).source.name === name);
    let read: ItemChains | undefined;
    const chain: ChainOf = (span, code) =>
      (read ??= new ItemChains(span.source)).of(span.start, code);
    const isError = ({ severity }: Diagnostic) => severity === "error";
    return {
      name,
      successful: !own.some(isError),
      errors: own.filter(isError).map((found) =>
        finding(found, { general: "LOAD_ERR_VALIDATE", chain })
      ),
      warnings: own.filter((found) => !isError(found) && isWarningOfFalco(found.code))
        .map((found) => finding(found, { general: "", chain })),
    };
  });
}

/** Not under the code of an error: what falcod only warns of there, Falco takes and says nothing of. */
function isWarningOfFalco(code: string): boolean {
  return upstreamCode(code)?.startsWith("LOAD_ERR_") === false;
}

/** An error Falco does not have still has to fail its file: it gets the most general code. */
function finding(
  { code, title, at }: Diagnostic,
  { general, chain }: { readonly general: string; readonly chain: ChainOf },
): Finding {
  const place = toFile(at!);
  const { source, start } = place;
  const { line, column } = source.position(start);
  const text = hideSecretsOfLine(source.shownLine(line)).slice(0, MAX_SNIPPET);
  const caret = " ".repeat(Math.min(column - 1, MAX_SNIPPET)) + "^";
  const upstream = upstreamCode(code) ?? general;
  const links = chain(place, upstream);
  return {
    code: upstream,
    codedesc: upstreamDescription(upstream) ?? "",
    message: title,
    context: {
      locations: links.map(({ type, name, start: outer }, index) => ({
        item_type: type,
        item_name: name,
        position: positionOf(source, index > 0 && index === links.length - 1 ? start : outer),
      })),
      snippet: `${text}\n${caret}\n`,
    },
  };
}

function positionOf(source: SourceText, offset: number): Position {
  const { line, column } = source.position(offset);
  return { name: source.name, line: line - 1, column: column - 1, offset };
}

/** Longest line quoted, in UTF-16 units. */
const MAX_SNIPPET = 500;
