/** Alerts and how their text is made. */
export type * from "./alert.ts";
export { PRIORITIES } from "./alert.ts";
