/** Events: what sources deliver, what types there are, what they change. */
export type * from "./event.ts";
export type * from "./descriptor.ts";
export type * from "./change.ts";
