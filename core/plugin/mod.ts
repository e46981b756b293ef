/** What plugins implement and how they are found. */
export type * from "./plugin.ts";
