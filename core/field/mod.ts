/** Rule fields: their shape and the tables of them. */
export type * from "./field.ts";
export { defineField } from "./field.ts";
