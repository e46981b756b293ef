/** Values of plugins' fields: texts, numbers, times in ns, truths, addresses of 4 or 16 bytes. */
export type FieldScalar = string | number | bigint | boolean | Uint8Array;
export type FieldValue = FieldScalar | readonly FieldScalar[] | undefined;
