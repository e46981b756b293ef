import { allEventCodes, GENERIC_BASE, syscallByCode, upstreamCode } from "../../core/event/mod.ts";
import { eventTypesOf, tellsEventTypes } from "../../core/filter/mod.ts";
import { conformanceSuite } from "./corpus.ts";
import { compile } from "./filter_fields.ts";

type Codes = readonly number[];

interface TypesCase {
  readonly filter?: string;
  readonly error?: string;
  readonly event_codes?: "all" | Codes;
  readonly event_codes_all_except?: Codes;
  readonly sc_codes?: "all" | Codes;
  readonly sc_codes_all_except?: Codes;
}

conformanceSuite<TypesCase>({
  file: "filter-evttypes.jsonl",
  behaviour: "eventTypesOf() finds the events Falco finds, those that reach rules",
  // One line lists the codes that exist.
  concerns: ({ filter }) => filter !== undefined,
  name: ({ filter }) => filter!,
  judge,
  exceptions: [
    {
      matches: /^(?:evt\.num=(?:0x0|1\.5)|b64\(evt\.num\)=0)$/,
      reason:
        "no number, or none to decode: Falco loads no rule with it either, falcod says so at once",
    },
    {
      matches: /^evt\.type in \(accept, connect, container, execve, mmap\)$/,
      reason: "with its container plugin, Falco knows async events that are called so, too",
    },
  ],
});

function judge(item: TypesCase): string | undefined {
  const { condition, report } = compile(item.filter!);
  if (!condition) return `refused: ${report.diagnostics[0]?.title}`;
  if (!tellsEventTypes(condition, report)) return item.error ? undefined : "the types are not told";
  if (item.error !== undefined) return `accepted, Falco says ${item.error}`;
  const types = eventTypesOf(condition);
  for (const code of allEventCodes()) {
    // Falco's list has newer calls as generic events only.
    if (upstreamCode(code) !== code) continue;
    // Generic only in captures of old; Falco's list has the call where its event of today is meant.
    if (syscallByCode(code - GENERIC_BASE)?.exitEvent !== undefined) continue;
    const expected = code < GENERIC_BASE
      ? listed(code, item.event_codes, item.event_codes_all_except)
      : listed(code - GENERIC_BASE, item.sc_codes, item.sc_codes_all_except);
    // The generic events of capture files stand for every system call without a type of its own.
    if (types.has(code) !== expected && code > 1) {
      const name = syscallByCode(code - GENERIC_BASE)?.name ?? code;
      return `${name} is ${expected ? "missing" : "too much"}`;
    }
  }
  return undefined;
}

function listed(
  code: number,
  codes: "all" | Codes | undefined,
  except: Codes | undefined,
): boolean {
  return except ? !except.includes(code) : codes === "all" || codes!.includes(code);
}
