/**
 * Falco's names for what is wrong with rule files: coarser than ours, and what other programs that
 * read validation results go by. falco userspace/engine/falco_load_result.cpp
 */

const CODES: Readonly<Record<string, readonly string[]>> = {
  LOAD_ERR_YAML_PARSE: ["Y001-Y028"],
  LOAD_ERR_YAML_VALIDATE: ["R001-R002", "R005-R008", "R010", "R012-R013", "R015-R019"],
  LOAD_ERR_COMPILE_CONDITION: ["F001-F015", "F018-F024", "F026"],
  LOAD_ERR_COMPILE_OUTPUT: ["A001-A007"],
  LOAD_ERR_VALIDATE: ["R011", "R020", "R030-R037", "R040-R041", "F016-F017"],
  LOAD_UNKNOWN_SOURCE: ["R042"],
  LOAD_UNSAFE_NA_CHECK: ["F035"],
  LOAD_NO_EVTTYPE: ["R046"],
  LOAD_UNKNOWN_FILTER: ["R045"],
  LOAD_UNUSED_MACRO: ["R043"],
  LOAD_UNUSED_LIST: ["R044"],
  LOAD_UNKNOWN_ITEM: ["R003"],
  LOAD_DEPRECATED_ITEM: ["R050-R052", "F034", "A008"],
  LOAD_APPEND_NO_VALUES: ["R023"],
  LOAD_EXCEPTION_NAME_NOT_UNIQUE: ["R022"],
  LOAD_INVALID_MACRO_NAME: ["R009"],
  LOAD_INVALID_LIST_NAME: ["R024"],
  LOAD_COMPILE_CONDITION: ["F030-F032"],
  LOAD_UNKNOWN_KEY: ["R004"],
};

const UPSTREAM: ReadonlyMap<string, string> = new Map(
  Object.entries(CODES).flatMap(([upstream, ranges]) =>
    ranges.flatMap(codesOf).map((code) => [code, upstream] as const)
  ),
);

/** The code Falco has for one of ours; absent for what Falco says nothing about. */
export function upstreamCode(code: string): string | undefined {
  return UPSTREAM.get(code);
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
