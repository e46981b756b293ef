/** `falcod helper <sink>`: what a sink does in a process of its own; only falcod itself starts it. */
import { escapeUnprintable } from "../../alert/escape.ts";
import { Registry } from "../../plugin/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";

export async function helperCommand(name: string, host: Host): Promise<number> {
  const registry = new Registry(host.plugins);
  const plugin = registry.has("sink", name) ? await registry.load("sink", name) : undefined;
  if (!plugin?.helper) {
    host.error.write(
      escapeUnprintable(`falcod: no sink is called "${name}" that has a helper`) +
        "\n  falcod itself starts helpers, for sinks that need a process of their own\n",
    );
    return EXIT_FAILURE;
  }
  // Whoever stops falcod may stop all of its processes; this one ends when falcod has no more to say.
  const ignored = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of ignored) Deno.addSignalListener(signal, passOver);
  try {
    await plugin.helper({ input: Deno.stdin.readable, output: inOrder(Deno.stdout) });
  } finally {
    for (const signal of ignored) Deno.removeSignalListener(signal, passOver);
  }
  return EXIT_OK;
}

function passOver(): void {}

/** A falcod that is gone reads nothing: then the input ends as well. */
function inOrder({ writable }: typeof Deno.stdout): (bytes: Uint8Array) => void {
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  return (bytes) => void writer.write(bytes).catch(() => {});
}
