/**
 * Falco's names for what is wrong with rule files: coarser than ours, and what other programs that
 * read validation results go by. falco userspace/engine/falco_load_result.cpp
 */

interface UpstreamCode {
  /** What stands beside the code in Falco's results, where its tests show it; programs may compare. */
  readonly description: string;
  /** Ours that mean the same: single ones and ranges. */
  readonly codes: readonly string[];
}

const CODES: Readonly<Record<string, UpstreamCode>> = {
  LOAD_ERR_YAML_PARSE: {
    description: "YAML parse error",
    codes: ["Y001-Y010", "Y012-Y028"],
  },
  LOAD_ERR_YAML_VALIDATE: {
    description: "Error validating internal structure of YAML file",
    codes: ["R001-R002", "R005-R008", "R010", "R012-R013", "R015-R019"],
  },
  LOAD_ERR_COMPILE_CONDITION: {
    description: "Error compiling condition",
    codes: ["F001-F015", "F018-F024", "F026-F027"],
  },
  LOAD_ERR_COMPILE_OUTPUT: {
    description: "Error compiling output",
    codes: ["A001-A007"],
  },
  LOAD_ERR_VALIDATE: {
    description: "Error validating rule/macro/list/exception objects",
    codes: ["R011", "R020", "R030-R037", "R040-R041", "F016-F017"],
  },
  LOAD_UNKNOWN_SOURCE: {
    description:
      "A rule has a unknown event source. This can occur when reading rules content without having a corresponding plugin loaded, etc. The rule will be silently ignored.",
    codes: ["R042"],
  },
  LOAD_UNSAFE_NA_CHECK: {
    description: "A value is compared with <NA>, which no field ever has",
    codes: ["F035"],
  },
  LOAD_NO_EVTTYPE: {
    description:
      "A rule condition matches too many evt.type values. This has a significant performance penalty. Make the condition more specific by adding an evt.type field or further restricting the number of evt.type values in the condition.",
    codes: ["R046"],
  },
  LOAD_UNKNOWN_FILTER: {
    description:
      "A rule condition or output refers to a field or evt.type that does not exist. This is normally an error, but if a rule has a skip-if-unknown-filter property, the error is downgraded to a warning.",
    codes: ["R045"],
  },
  LOAD_UNUSED_MACRO: {
    description:
      "A macro is defined in the rules content but is not used by any other macro or rule.",
    codes: ["R043"],
  },
  LOAD_UNUSED_LIST: {
    description:
      "A list is defined in the rules content but is not used by any other list, macro, or rule.",
    codes: ["R044"],
  },
  LOAD_UNKNOWN_ITEM: {
    description: "An item of the file is of no known kind and has no effect",
    codes: ["R003"],
  },
  LOAD_DEPRECATED_ITEM: {
    description: "A deprecated item is employed by lists, macros, or rules.",
    codes: ["R050-R052", "F034", "A008"],
  },
  LOAD_APPEND_NO_VALUES: {
    description: "A rule exception is overriding/appending with no values",
    codes: ["R023"],
  },
  LOAD_EXCEPTION_NAME_NOT_UNIQUE: {
    description: "Exceptions of one rule have the same name",
    codes: ["R022"],
  },
  LOAD_INVALID_MACRO_NAME: {
    description: "The name of a macro cannot be used in conditions",
    codes: ["R009"],
  },
  LOAD_INVALID_LIST_NAME: {
    description: "A list is defined with an invalid name",
    codes: ["R024"],
  },
  LOAD_COMPILE_CONDITION: {
    description: "A rule condition or output have been parsed with a warning",
    codes: ["F030-F032"],
  },
  LOAD_UNKNOWN_KEY: {
    description:
      "An item in the rules content contains an unrecognized key. The key will be ignored. This may indicate a typo or a property placed on the wrong item type.",
    codes: ["R004"],
  },
};

/** Those that one of ours stands for. */
export const UPSTREAM_CODES: readonly string[] = Object.keys(CODES);

const UPSTREAM: ReadonlyMap<string, string> = new Map(
  Object.entries(CODES).flatMap(([upstream, { codes }]) =>
    codes.flatMap(codesOf).map((code) => [code, upstream] as const)
  ),
);

/** The code Falco has for one of ours; absent for what Falco says nothing about. */
export function upstreamCode(code: string): string | undefined {
  return UPSTREAM.get(code);
}

/** The fixed text of one of Falco's codes. */
export function upstreamDescription(upstreamCode: string): string | undefined {
  return Object.hasOwn(CODES, upstreamCode) ? CODES[upstreamCode]!.description : undefined;
}

/** `R001-R003`: all of them. */
function codesOf(range: string): string[] {
  const [first = "", last = first] = range.split("-");
  const [from, to] = [Number(first.slice(1)), Number(last.slice(1))];
  return Array.from(
    { length: to - from + 1 },
    (_, i) => `${first[0]}${String(from + i).padStart(3, "0")}`,
  );
}
