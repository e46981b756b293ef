export type * from "./condition.ts";
export { parseCondition } from "./parser.ts";
export { printCondition } from "./print.ts";
