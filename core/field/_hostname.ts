/** The name alerts give this host. */

let known: string | undefined;

/** FALCO_HOSTNAME where set (a Kubernetes node name, say), otherwise the kernel's; read once. */
export function hostname(): string {
  return known ??= Deno.env.get("FALCO_HOSTNAME") || Deno.hostname();
}
