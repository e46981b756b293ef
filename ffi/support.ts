/** What this kernel, this process and this host can do, for `falcod probe`. */
import { effectiveCapabilities, hasBpfCapabilities, isInUserNamespace } from "./_capabilities.ts";
import { BTF_HELP, KERNEL_TYPES, NAMESPACE_HELP, PERMISSION_HELP } from "./bpf_object.ts";
import { errorText, openLibc } from "./libc.ts";
import {
  type Libbpf,
  LIBBPF_HELP,
  LibbpfLog,
  libbpfVersion,
  openLibbpf,
  type ProgramKind,
  tryProgramKind,
} from "./libbpf.ts";
import { NativeError } from "./native_error.ts";

/** One requirement and how it is met. */
export interface SupportItem {
  readonly name: string;
  readonly ok: boolean;
  /** Without it there is no live capture; the others only make it better. */
  readonly required: boolean;
  readonly found: string;
  readonly needed: string;
  /** What to do about it when it is not met. */
  readonly help: string;
}

export interface Support {
  /** Whether live capture can work: every required item is met. */
  readonly ok: boolean;
  readonly items: readonly SupportItem[];
}

/** Looks and tries; changes nothing and throws nothing. */
export function checkSupport(libbpfPath?: string): Support {
  const permission = checkPermission();
  const items = [
    checkKernel(),
    permission,
    ...checkForeignProcesses(),
    checkLockdown(),
    checkKernelTypes(),
    ...checkLibbpf(libbpfPath).map((item) => permission.ok ? item : unlessAllowed(item)),
    checkLockedMemory(),
  ];
  return { ok: items.every((item) => item.ok || !item.required), items };
}

/** Whoever may not ask is told "no", whatever the kernel can do. */
function unlessAllowed(item: SupportItem): SupportItem {
  if (item.ok || item.name === "libbpf") return item;
  return {
    ...item,
    found: "not known: the kernel tells nobody without the permission above",
    help: "get the permission first, then ask again",
  };
}

/**
 * The number of a release says little: distributions bring what falcod needs to older ones, as that of
 * RHEL 8 (4.18). What is tried further on decides.
 */
export function checkKernel(
  release: string = attempt(Deno.osRelease),
  { arch, os }: { readonly arch: string; readonly os: string } = Deno.build,
): SupportItem {
  const isOld = !isAtLeast(release, 5, 8);
  const machine = arch === "x86_64" ? "" : ` for ${arch}`;
  return {
    name: "kernel",
    ok: os === "linux" && arch === "x86_64",
    required: true,
    found: `${os} ${release}${machine}${isOld ? ", older than 5.8: what is below decides" : ""}`,
    needed: "Linux on x86-64, 5.8 or newer, or an older one that was given the same",
    help: "watch machines that run Linux on x86-64",
  };
}

function checkPermission(): SupportItem {
  const found = attempt(() =>
    [...effectiveCapabilities()].sort().join(", ") || "without any capability that watching wants"
  );
  const user = attempt(() => Deno.uid() === 0 ? "root" : `uid ${Deno.uid()}`);
  const isApart = isInUserNamespace();
  return {
    name: "permission",
    ok: attempt(hasBpfCapabilities) === true && !isApart,
    required: true,
    found: `${user}; ${found}${isApart ? "; in a user namespace of its own" : ""}`,
    needed: "CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, of the machine",
    help: isApart ? NAMESPACE_HELP : PERMISSION_HELP,
  };
}

/** What is seen of the processes of others: rules work without, and know less. */
function checkForeignProcesses(): SupportItem[] {
  const effective = attempt(effectiveCapabilities);
  const look = (name: "CAP_SYS_PTRACE" | "CAP_DAC_READ_SEARCH", use: string): SupportItem => {
    const ok = typeof effective !== "string" && effective.has(name);
    const found = typeof effective === "string" ? effective : ok ? "in effect" : "missing";
    const help = "run as root, or with this capability";
    return { name, ok, required: false, found, needed: `optional: ${use}`, help };
  };
  return [
    look(
      "CAP_SYS_PTRACE",
      "programs, directories and containers of what other users run already",
    ),
    look(
      "CAP_DAC_READ_SEARCH",
      "environments of what runs already, names of users in containers, files of others",
    ),
  ];
}

function checkLockdown(): SupportItem {
  const text = attempt(() => Deno.readTextFileSync("/sys/kernel/security/lockdown"));
  const mode = /\[(\w+)\]/.exec(String(text))?.[1] ?? "none";
  return {
    name: "lockdown",
    ok: mode !== "confidentiality",
    required: true,
    found: mode,
    needed: "not confidentiality: it forbids BPF to read kernel memory",
    help: "boot without lockdown=confidentiality",
  };
}

function checkKernelTypes(): SupportItem {
  const size = attempt(() => Deno.statSync(KERNEL_TYPES).size);
  return {
    name: "kernel types",
    ok: typeof size === "number",
    required: true,
    found: typeof size === "number" ? `${KERNEL_TYPES}, ${size} bytes` : size,
    needed: KERNEL_TYPES,
    help: BTF_HELP,
  };
}

function checkLibbpf(path?: string): SupportItem[] {
  const item = { name: "libbpf", required: true, needed: "libbpf 1.x", help: LIBBPF_HELP };
  let libbpf: Libbpf;
  try {
    libbpf = openLibbpf(path);
  } catch (error) {
    return [{ ...item, ok: false, found: describe(error) }];
  }
  using _silence = new LibbpfLog(libbpf, { quiet: true });
  return [
    { ...item, ok: true, found: libbpfVersion(libbpf) },
    checkRingBuffer(libbpf),
    checkProgramKind(libbpf, "tp_btf", "watching system calls and processes"),
    checkProgramKind(libbpf, "iter", "listing what runs already"),
    checkProgramKind(libbpf, "fentry", "cheaper hooks, not used by this version"),
    checkProgramKind(libbpf, "lsm", "enforcement, not used by this version"),
  ];
}

const MAP_RINGBUF = 27;

function checkRingBuffer(libbpf: Libbpf): SupportItem {
  const result = libbpf.libbpf_probe_bpf_map_type(MAP_RINGBUF, null);
  return {
    name: "ring buffer",
    ok: result === 1,
    required: true,
    found: result === 1 ? "can be created" : result < 0 ? errorText(result) : "not supported",
    needed: "BPF_MAP_TYPE_RINGBUF",
    help: "Linux 5.8 or newer, and the permission to use BPF",
  };
}

function checkProgramKind(libbpf: Libbpf, kind: ProgramKind, use: string): SupportItem {
  const result = tryProgramKind(libbpf, kind);
  const required = kind === "tp_btf";
  return {
    name: `program ${kind}`,
    ok: result === 0,
    required,
    found: result === 0 ? "an empty one loads" : errorText(result),
    needed: required ? use : `optional: ${use}`,
    help: "depends on how the kernel was built and on what the host or container forbids",
  };
}

const RLIMIT_MEMLOCK = 8;
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** Since 5.11 BPF memory is charged to the cgroup instead, and the limit no longer matters. */
function checkLockedMemory(): SupportItem {
  const item = {
    name: "locked memory",
    required: false,
    needed: "unlimited, before Linux 5.11 only",
    help: "`ulimit -l unlimited`, or LimitMEMLOCK=infinity in the service",
  };
  const limit = new BigUint64Array(2);
  const failed = attempt(() => openLibc().getrlimit(RLIMIT_MEMLOCK, limit));
  if (failed !== 0) return { ...item, ok: false, found: `unknown: ${failed}` };
  const soft = limit[0]!;
  return {
    ...item,
    ok: soft === UNLIMITED || isAtLeast(attempt(Deno.osRelease), 5, 11),
    found: soft === UNLIMITED ? "unlimited" : `${soft} bytes`,
  };
}

/** Compares a release such as "6.18.4-amd64". */
function isAtLeast(release: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = release.split(".").map((part) => parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}

/** The result, or the reason why there is none. */
function attempt<Result>(look: () => Result): Result | string {
  try {
    return look();
  } catch (error) {
    return describe(error);
  }
}

function describe(error: unknown): string {
  if (error instanceof NativeError) return error.title;
  return error instanceof Error ? error.message : String(error);
}
