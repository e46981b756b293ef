/** `falcod helper <sink>`: what a sink does in a process of its own; only falcod itself starts it. */
import { Registry } from "../../plugin/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { passingOver } from "../pass_over.ts";
import { printLines } from "../print_lines.ts";

export async function helperCommand(name: string, host: Host): Promise<number> {
  const registry = new Registry(host.plugins);
  const plugin = registry.has("sink", name) ? await registry.load("sink", name) : undefined;
  if (!plugin?.helper) {
    printLines([
      `falcod: no sink is called "${name}" that has a helper`,
      "  falcod itself starts helpers, for sinks that need a process of their own",
    ], host.error);
    return EXIT_FAILURE;
  }
  // Whoever stops falcod may stop all of its processes; this one ends when falcod has no more to say.
  await passingOver(
    ["SIGINT", "SIGTERM", "SIGHUP"],
    () => plugin.helper!({ input: Deno.stdin.readable, output: inOrder(Deno.stdout) }),
  );
  return EXIT_OK;
}

/** A falcod that is gone reads nothing: then the input ends as well. */
function inOrder({ writable }: typeof Deno.stdout): (bytes: Uint8Array) => void {
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  return (bytes) => void writer.write(bytes).catch(() => {});
}
