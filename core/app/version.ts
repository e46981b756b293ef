/** Who we are, and which rules we can load. */

/** Same as in deno.json; a test compares them. */
export const VERSION = "0.1.0";

/** Falco's engine version whose rule language this is: `required_engine_version` is held against it. */
export const ENGINE_VERSION = "0.63.0";
