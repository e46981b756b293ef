/** What this process may do, as the kernel sees it. */

/** Bits of `CapEff`; linux include/uapi/linux/capability.h. */
export const CAPABILITIES = {
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

/** Names of the capabilities above that are in effect. */
export function effectiveCapabilities(): ReadonlySet<keyof typeof CAPABILITIES> {
  const status = Deno.readTextFileSync("/proc/self/status");
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const names = Object.keys(CAPABILITIES) as (keyof typeof CAPABILITIES)[];
  return new Set(names.filter((name) => (mask >> BigInt(CAPABILITIES[name])) & 1n));
}

/** Loading and attaching tracing programs: CAP_SYS_ADMIN, or since Linux 5.8 the two it was split into. */
export function hasBpfCapabilities(): boolean {
  const effective = effectiveCapabilities();
  return effective.has("CAP_SYS_ADMIN") ||
    (effective.has("CAP_BPF") && effective.has("CAP_PERFMON"));
}
