/**
 * Texts with places in them, diagnostics, addresses: what every other layer may use.
 *
 * `yaml.ts` is not among these: it loads the YAML package, which costs as much as the rest of a
 * start-up, so only those who read YAML import it.
 */
export * from "./ascii.ts";
export { type JsonBounds, parseBoundedJson, TooMuchJson } from "./bounded_json.ts";
export * from "./bytes.ts";
export * from "./code_units.ts";
export * from "./seldom.ts";
export * from "./steps.ts";
export * from "./text.ts";
export * from "./diagnostic.ts";
export { every } from "./every.ts";
export * from "./path.ts";
export * from "./protobuf.ts";
export * from "./decode.ts";
export * from "./hide_secrets.ts";
export * from "./joined_text.ts";
export * from "./host_root.ts";
export * from "./map_hand.ts";
export * from "./nearest.ts";
export * from "./own_files.ts";
export * from "./own_program.ts";
export { DamagedBinary, type PackedTable } from "./packed_files.ts";
export * from "./quote.ts";
export { reasonOf } from "./reason.ts";
export * from "./render.ts";
export * from "./time.ts";
export * from "./utf8.ts";
export { whenNeeded } from "./when_needed.ts";
export * from "./wildcard.ts";
export * from "./yaml_value.ts";
export { addressText } from "./ip.ts";
