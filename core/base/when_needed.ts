/**
 * What takes a while to make, and is not needed by every run: made when it is first asked for. A start
 * waits for all that modules make as they are loaded.
 */
export function whenNeeded<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
