/** What a recording says of the machine it was made on. */
import { parseAddress } from "../../base/ip.ts";
import type { ScapInterface, ScapMachine } from "../../scap/mod.ts";

/** PID_MAX_LIMIT where the kernel does not tell; linux include/linux/threads.h. */
const LARGEST_PID = 4194304n;
const NO_ADDRESS = new Uint8Array(0);

export function thisMachine(hostname: string): ScapMachine {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  return {
    kind: "machine",
    cpuCount: navigator.hardwareConcurrency,
    memoryBytes: BigInt(Deno.systemMemoryInfo().total),
    maxPid: largestPid(),
    hostname,
    bootTimeNs: nowNs - uptimeNs(),
    flags: 0n,
  };
}

/** Whose addresses are this machine's decides which end of a connection it is. */
export function thisMachinesInterfaces(): readonly ScapInterface[] {
  return Deno.networkInterfaces().flatMap(({ name, address, netmask }) => {
    const bytes = parseAddress(address);
    if (!bytes) return [];
    const mask = parseAddress(netmask) ?? new Uint8Array(bytes.length);
    const broadcast = bytes.length === 4 ? broadcastOf(bytes, mask) : NO_ADDRESS;
    return [{
      kind: "interface",
      name,
      address: bytes,
      netmask: mask,
      broadcast: broadcast.length === bytes.length ? broadcast : new Uint8Array(bytes.length),
      linkSpeed: 0n,
    }];
  });
}

function broadcastOf(address: Uint8Array, netmask: Uint8Array): Uint8Array {
  return address.map((byte, i) => byte | ~(netmask[i] ?? 0) & 0xff);
}

function uptimeNs(): bigint {
  const text = readSmall("/proc/uptime");
  const seconds = Number(text?.split(" ")[0]);
  return Number.isFinite(seconds) ? BigInt(Math.round(seconds * 1e9)) : 0n;
}

function largestPid(): bigint {
  const text = readSmall("/proc/sys/kernel/pid_max")?.trim() ?? "";
  return /^\d{1,10}$/.test(text) ? BigInt(text) : LARGEST_PID;
}

function readSmall(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
