/** Finds the probe object this kernel accepts. */
import { Buffer } from "node:buffer";
import { hasBpfCapabilities } from "./_capabilities.ts";
import { BpfObject, KERNEL_TYPES, PERMISSION_HELP } from "./bpf_object.ts";
import { holdSignals, openLibc } from "./libc.ts";
import { openLibbpf } from "./libbpf.ts";
import { NativeError } from "./native_error.ts";
import { VERDICTS_PER_CPU } from "./verdicts.ts";

export interface ProbeOptions {
  /** Compiled probes, best first: the first one this kernel accepts is used. */
  readonly objects: readonly Uint8Array[];
  /** Size of the ring for exec, fork, exit and identity changes; rounded up to a power of two. */
  readonly lifecycleBytes?: number;
  /** Size of the ring for everything else; rounded up to a power of two. */
  readonly eventsBytes?: number;
  /** libbpf to use instead of the system's `libbpf.so.1`. */
  readonly libbpfPath?: string;
}

export interface LoadedProbe {
  readonly object: BpfObject;
  readonly variant: ProbeVariant;
  /** Why the objects before it were not taken: message and verifier log. */
  readonly rejected: readonly string[];
}

/** How a probe reads kernel memory: by plain loads (6.2 and newer), or by a helper call for each. */
export type ProbeVariant = "cast" | "read";

const LIFECYCLE_BYTES = 8 << 20;
const EVENTS_BYTES = 32 << 20;
const POSSIBLE_CPUS = "/sys/devices/system/cpu/possible";
/** Programs for io_uring, and what they look at: since 6.3, where io_uring is built in at all. */
const URING_PROGRAMS = ["on_uring_submit", "on_uring_complete"];
const URING_TRACEPOINTS = ["io_uring_submit_req", "io_uring_complete"];
/** Programs for what not every kernel has, and what they look at. */
const OTHER_PROGRAMS = {
  on_cgroup: "cgroup_attach_task",
  on_switch: "sched_switch",
  on_page_fault: "page_fault_user",
};
const LARGEST_RING_BYTES = 1 << 30;

/** Loads the first object the kernel accepts. Throws a `NativeError` when there is none. */
export function loadProbe(options: ProbeOptions): LoadedProbe {
  refuseOtherProcessors();
  openLibbpf(options.libbpfPath);
  if (!hasBpfCapabilities()) {
    throw new NativeError("no-permission", "This process may not use BPF", {
      help: PERMISSION_HELP,
    });
  }
  const rejected: string[] = [];
  // The verifier takes some 100 ms, and gives up (EAGAIN) when a signal waits.
  using _ = holdSignals();
  for (const bytes of options.objects) {
    const variant = variantOf(bytes);
    try {
      const name = `falcod-${variant}`;
      return { object: loadQuietly(name, bytes, options), variant, rejected };
    } catch (error) {
      if (!(error instanceof NativeError) || error.code !== "load-failed") throw error;
      rejected.push(`${variant}: ${error.message}`);
    }
  }
  const count = options.objects.length;
  throw new NativeError("load-failed", `This kernel accepts none of ${count} probe objects`, {
    help: "falcod needs Linux 5.8 or newer; `falcod probe` shows what this kernel can do",
    log: rejected.join("\n"),
  });
}

/** The probe knows system calls by the numbers of x86-64: on others it would tell of the wrong ones. */
function refuseOtherProcessors(): void {
  const { arch } = Deno.build;
  if (arch === "x86_64") return;
  throw new NativeError("load-failed", `Live capture is for x86-64; this is ${arch}`, {
    help: "captures and audit logs can be judged here",
  });
}

/** What libbpf and the verifier say is asked for only once it is known that they object. */
function loadQuietly(name: string, bytes: Uint8Array, options: ProbeOptions): BpfObject {
  try {
    return load(name, bytes, options, { quiet: true });
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    return load(name, bytes, options, { quiet: false });
  }
}

function load(
  name: string,
  bytes: Uint8Array,
  options: ProbeOptions,
  { quiet }: { readonly quiet: boolean },
): BpfObject {
  using stack = new DisposableStack();
  const { libbpfPath } = options;
  const object = stack.use(BpfObject.open(name, bytes, { libbpfPath, quiet }));
  object.resizeMap("lifecycle", ringBytes(options.lifecycleBytes ?? LIFECYCLE_BYTES));
  object.resizeMap("events", ringBytes(options.eventsBytes ?? EVENTS_BYTES));
  const cpus = cpuSlots(Deno.readTextFileSync(POSSIBLE_CPUS));
  object.resizeMap("exec_slots", cpus);
  object.resizeMap("verdicts", cpus * VERDICTS_PER_CPU);
  const types = kernelTypes();
  if (!hasTracepoints(types, URING_TRACEPOINTS)) {
    for (const program of URING_PROGRAMS) object.leaveOut(program);
  }
  for (const [program, tracepoint] of Object.entries(OTHER_PROGRAMS)) {
    if (!hasTracepoints(types, [tracepoint])) object.leaveOut(program);
  }
  object.load();
  stack.move();
  return object;
}

/**
 * Whether the kernel has all of these tracepoints. It names the type of each in its own types, of which
 * only the names are looked at: they stand one after the other, each with its NUL.
 */
function hasTracepoints(types: Buffer, names: readonly string[]): boolean {
  return names.every((name) => types.includes(`\0btf_trace_${name}\0`, 0, "latin1"));
}

/**
 * Entries of an array indexed by CPU, from a list of CPUs like "0-3,8-11". The numbers may have gaps, so
 * the highest decides. A slot for exec records takes 150 KB that cannot be swapped out.
 */
export function cpuSlots(possible: string): number {
  return Number(/\d+\s*$/.exec(possible)?.[0] ?? 0) + 1;
}

/** The kernel takes powers of two of at least a page; the reader's arithmetic ends at 2^30. */
function ringBytes(wanted: number): number {
  const bytes = Math.max(openLibc().getpagesize(), Math.min(wanted, LARGEST_RING_BYTES));
  return 2 ** Math.ceil(Math.log2(bytes));
}

/** The kernel's own types, some MB; nothing where it does not tell them. */
function kernelTypes(): Buffer {
  try {
    return Buffer.from(Deno.readFileSync(KERNEL_TYPES).buffer);
  } catch {
    return Buffer.alloc(0);
  }
}

/** An object that casts names the kernel function it does it with; the other has no use for it. */
function variantOf(object: Uint8Array): ProbeVariant {
  return new TextDecoder("latin1").decode(object).includes("bpf_rdonly_cast") ? "cast" : "read";
}
