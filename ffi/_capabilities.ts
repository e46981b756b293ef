/** What this process may do, as the kernel sees it, of what watching needs. */
import { type Capability, namesIn } from "./privileges/capability.ts";

const RELEVANT: ReadonlySet<Capability> = new Set<Capability>([
  "CAP_BPF",
  "CAP_DAC_READ_SEARCH",
  "CAP_PERFMON",
  "CAP_SYS_ADMIN",
  "CAP_SYS_PTRACE",
  "CAP_SYS_RESOURCE",
]);

/** Names of the capabilities above that are in effect. */
export function effectiveCapabilities(): ReadonlySet<Capability> {
  const status = Deno.readTextFileSync("/proc/self/status");
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return new Set(namesIn(mask).filter((name) => RELEVANT.has(name)));
}

/** Loading and attaching tracing programs: CAP_SYS_ADMIN, or since Linux 5.8 the two it was split into. */
export function hasBpfCapabilities(): boolean {
  const effective = effectiveCapabilities();
  return effective.has("CAP_SYS_ADMIN") ||
    (effective.has("CAP_BPF") && effective.has("CAP_PERFMON"));
}

/** PROC_USER_INIT_INO: linux v6.8 include/linux/proc_ns.h */
const INITIAL_USER_NAMESPACE = "user:[4026531837]";

/** Capabilities of such a process count for what belongs to its namespace; BPF belongs to none. */
export function isInUserNamespace(): boolean {
  try {
    return Deno.readLinkSync("/proc/self/ns/user") !== INITIAL_USER_NAMESPACE;
  } catch {
    return false; // /proc is not there, or no kernel's
  }
}
