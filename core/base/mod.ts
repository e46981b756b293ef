/** Texts with places in them, diagnostics, YAML, addresses: what every other layer may use. */
export * from "./text.ts";
export * from "./diagnostic.ts";
export * from "./path.ts";
