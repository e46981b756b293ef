/** `falcod probe`: can this machine be watched, and if not, what is missing. */
import { checkSupport, type Support, type SupportItem } from "../../../ffi/mod.ts";
import { styled } from "../colour.ts";
import { enginesHere } from "../config/engine_sockets.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host, Output } from "../host.ts";

/** Exit code 1 when live capture is impossible. */
export async function probeCommand(
  { json }: { readonly json: boolean },
  host: Host,
): Promise<number> {
  const kernel = checkSupport();
  const support = { ...kernel, items: [...kernel.items, await containerEngines()] };
  if (json) host.out.write(`${JSON.stringify(support)}\n`);
  else printSupport(support, host.out);
  return support.ok ? EXIT_OK : EXIT_FAILURE;
}

/** Most machines without one have no containers: nothing is wrong with that. */
async function containerEngines(): Promise<SupportItem> {
  const there = await enginesHere();
  return {
    name: "container engines",
    ok: true,
    required: false,
    found: there.map(({ engine, socket }) => `${engine} at ${socket}`).join(", ") ||
      "nobody listens at the usual sockets",
    needed: "a socket that falcod may open, for names and images of containers",
    help: "name the socket in falco.yaml (plugins, container, init_config, engines)",
  };
}

export function printSupport({ ok, items }: Support, out: Output): void {
  const width = Math.max(...items.map((item) => item.name.length));
  for (const item of items) {
    const mark = styled(markOf(item).padEnd(7), styleOf(item), out);
    out.write(`${mark}  ${item.name.padEnd(width)}  ${item.found}\n`);
    if (item.ok) continue;
    out.write(`${" ".repeat(width + 11)}needed: ${item.needed}\n`);
    if (item.required) out.write(`${" ".repeat(width + 11)}help: ${item.help}\n`);
  }
  if (!ok) {
    out.write("Live capture is not possible here.\n");
    return;
  }
  out.write("Live capture is possible.\n");
  out.write(
    "Once it watches, falcod keeps CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and gives up the rest.\n",
  );
}

function styleOf({ ok, required }: SupportItem) {
  if (ok) return "good";
  return required ? "bad" : "odd";
}

function markOf(item: SupportItem): string {
  if (item.ok) return "ok";
  return item.required ? "missing" : "without";
}
