/**
 * What a failure of the world says of itself, without what Deno adds: the number and the path, which
 * whoever tells it names.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
