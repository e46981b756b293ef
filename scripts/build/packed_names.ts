/** What else is among the files of the binary, and who writes and who reads it has to agree on. */

/** The code of falcod, as `deno bundle` makes it of program.ts. */
export const CODE = "falcod.js";
/** What V8 has made of that code. */
export const CODE_CACHE = "falcod.js.cache";
/** The code that explains falcod, of front.ts. */
export const FRONT = "front.js";
