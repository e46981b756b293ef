/** The answer where no endpoint is. */
import type { WebClient } from "./endpoint.ts";
import { refusal } from "./reply.ts";

/**
 * Names the `paths` there are to who asks from this machine, usually whoever set it up. Somebody else
 * may be looking for what there is.
 */
export function nothingAt(
  url: string,
  { client, paths }: { readonly client: WebClient; readonly paths: readonly string[] },
): Response {
  const named = isOfThisMachine(client) && paths.length > 0 ? `: ${paths.join(", ")}` : "";
  return refusal({
    status: 404,
    error: `nothing is at ${new URL(url).pathname}`,
    help:
      `paths are those of webserver and plugins in falcod's configuration, to the letter${named}`,
  });
}

function isOfThisMachine({ address }: WebClient): boolean {
  return address === "::1" || address.startsWith("127.");
}
