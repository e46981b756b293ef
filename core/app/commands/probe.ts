/** `falcod probe`: can this machine be watched, and if not, what is missing. */
import { checkSupport, type Support, type SupportItem } from "../../../ffi/mod.ts";
import { styled } from "../colour.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host, Output } from "../host.ts";

/** Exit code 1 when live capture is impossible. */
export function probeCommand({ json }: { readonly json: boolean }, host: Host): number {
  const support = checkSupport();
  if (json) host.out.write(`${JSON.stringify(support)}\n`);
  else printSupport(support, host.out);
  return support.ok ? EXIT_OK : EXIT_FAILURE;
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
