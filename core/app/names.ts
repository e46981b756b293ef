/** Keeps the addresses of watched DNS names up to date, beside the events. */
import { parseAddress } from "../base/ip.ts";
import type { NameTable } from "../state/mod.ts";
import { pause } from "./pause.ts";

const CHECK_EVERY_MS = 5000;

/** getaddrinfo(3), so /etc/hosts counts as it does for every other program. */
export async function resolveName(name: string): Promise<readonly Uint8Array[]> {
  // Loaded with the first name: hardly any rule has one.
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => parseAddress(address)).filter((address) =>
    address !== undefined
  );
}

/** Resolves what is due now and from then on; never rejects, and ends with the signal. */
export async function keepNamesFresh(names: NameTable, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await names.refresh(signal);
    await pause(CHECK_EVERY_MS, signal);
  }
}
