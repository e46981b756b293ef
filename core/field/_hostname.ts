/** The name alerts give this host. */

let known: string | undefined;

/**
 * FALCO_HOSTNAME where set (a Kubernetes node name, say), otherwise the kernel's; read once.
 * "" where this process may read neither.
 */
export function hostname(): string {
  return known ??= readHostname();
}

function readHostname(): string {
  try {
    return Deno.env.get("FALCO_HOSTNAME") || Deno.hostname();
  } catch {
    return "";
  }
}
