/** Capability sets as text. Numbers: linux v6.8 include/uapi/linux/capability.h. */

const NAMES = [
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "SETPCAP",
  "LINUX_IMMUTABLE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "IPC_OWNER",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_CHROOT",
  "SYS_PTRACE",
  "SYS_PACCT",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_NICE",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "MKNOD",
  "LEASE",
  "AUDIT_WRITE",
  "AUDIT_CONTROL",
  "SETFCAP",
  "MAC_OVERRIDE",
  "MAC_ADMIN",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "AUDIT_READ",
  "PERFMON",
  "BPF",
  "CHECKPOINT_RESTORE",
];

/** A host has a handful of different sets; a program that makes up thousands gets no more than this. */
const MAX_KNOWN = 256;
const known = new Map<bigint, string>();

/** `CAP_CHOWN CAP_KILL`, in the order of their numbers; "" for the empty set. */
export function capabilitiesText(set: bigint): string {
  let text = known.get(set);
  if (text !== undefined) return text;
  text = NAMES.flatMap((name, bit) => (set >> BigInt(bit)) & 1n ? `CAP_${name}` : []).join(" ");
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(set, text);
  return text;
}
