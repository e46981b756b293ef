/** A compiled BPF object: opened from memory, loaded into the kernel, attached, and gone when disposed. */
import { hasBpfCapabilities, isInUserNamespace } from "./_capabilities.ts";
import { cString, errno, readCString } from "./libc.ts";
import { type Libbpf, libbpfErrorText, LibbpfLog, openLibbpf } from "./libbpf.ts";
import { NativeError } from "./native_error.ts";

/** Kernels without it do not describe their types, so libbpf cannot fit the probe to them. */
export const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";

export const BTF_HELP =
  `use a kernel built with CONFIG_DEBUG_INFO_BTF (every current distribution's is), which shows ${KERNEL_TYPES}`;
export const PERMISSION_HELP =
  "run as root, or with the capabilities CAP_BPF and CAP_PERFMON (containers: privileged, or both added)";

export const NAMESPACE_HELP =
  "start it outside of the namespace: not in rootless containers, nor where users are remapped";

/** A map of the object; `fileDescriptor` is valid once the object is loaded, and until it is disposed. */
export interface BpfMap {
  readonly name: string;
  readonly fileDescriptor: number;
  /** Bytes of one value (of one CPU's, where the map is per CPU). */
  readonly valueBytes: number;
  /** For a ring: its size in bytes. */
  readonly maxEntries: number;
}

/** `id` is the kernel's, as `bpftool prog` shows it. */
export interface LoadedProgram {
  readonly name: string;
  readonly id: number;
  /** Counted by the kernel only while `kernel.bpf_stats_enabled` is 1. */
  readonly runs: number;
  readonly runNs: number;
}

/** struct bpf_prog_info, linux v6.8 include/uapi/linux/bpf.h; older kernels end before the last two. */
const PROGRAM_INFO = { id: 4, runNs: 192, runs: 200, byteLength: 208 } as const;

const EPERM = 1;

export interface BpfObjectOptions {
  /** libbpf to use instead of the system's `libbpf.so.1`. */
  readonly libbpfPath?: string | undefined;
  /** Opened and loaded without libbpf's messages: quicker, but errors do not say what it said. */
  readonly quiet?: boolean;
}

/**
 * Owns programs, maps and links of one object.
 *
 * Every link is a file descriptor and nothing is pinned: when this process ends, however it ends, the
 * kernel detaches and unloads. Disposing does the same at once, exactly once.
 */
export class BpfObject implements Disposable {
  readonly #libbpf: Libbpf;
  #object: Deno.PointerObject | undefined;
  readonly #links: Deno.PointerObject[] = [];
  readonly #leftOut = new Set<string>();

  readonly #quiet: boolean;

  private constructor(libbpf: Libbpf, object: Deno.PointerObject, quiet: boolean) {
    this.#libbpf = libbpf;
    this.#object = object;
    this.#quiet = quiet;
  }

  /** Parses the ELF file in `bytes`; `name` shows up in libbpf's messages and before map names. */
  static open(name: string, bytes: Uint8Array, options: BpfObjectOptions = {}): BpfObject {
    const { libbpfPath, quiet = false } = options;
    const libbpf = openLibbpf(libbpfPath);
    using log = new LibbpfLog(libbpf, { quiet });
    // struct bpf_object_open_opts, the part that is set, and the name it points to in the same memory,
    // so that both live as long as the call: size_t sz | const char *object_name | name
    const text = cString(name);
    const named = new Uint8Array(16 + text.length);
    named.set(text, 16);
    const view = new DataView(named.buffer);
    view.setBigUint64(0, 16n, true);
    view.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(named)) + 16n, true);
    const object = libbpf.bpf_object__open_mem(
      new Uint8Array(bytes),
      BigInt(bytes.length),
      named,
    );
    if (object === null) {
      throw new NativeError(
        "load-failed",
        `Cannot read BPF object "${name}": ${libbpfErrorText(libbpf, errno())}`,
        {
          help: "build the probe again (`deno task probe`)",
          log: log.tail,
        },
      );
    }
    return new BpfObject(libbpf, object, quiet);
  }

  /** Sets how many entries a map has, for a ring its bytes. Only before `load`. */
  resizeMap(name: string, maxEntries: number): void {
    const result = this.#libbpf.bpf_map__set_max_entries(this.#findMap(name), maxEntries);
    if (result < 0) throw this.#mapError(`Cannot set the size of map "${name}"`, result);
  }

  /** Neither loads nor attaches a program: what it looks at is not in this kernel. Only before `load`. */
  leaveOut(name: string): void {
    this.#leftOut.add(name);
    const program = this.#allPrograms().find((one) => this.#nameOf(one) === name);
    if (program) this.#libbpf.bpf_program__set_autoload(program, false);
  }

  /** Fits the programs to the running kernel, creates the maps, and has the verifier judge everything. */
  load(): void {
    using log = new LibbpfLog(this.#libbpf, { quiet: this.#quiet });
    const result = this.#libbpf.bpf_object__load(this.#handle);
    if (result === 0) return;
    if (result === -EPERM && !hasBpfCapabilities()) {
      throw new NativeError("no-permission", "This process may not load BPF programs", {
        help: PERMISSION_HELP,
        log: log.tail,
      });
    }
    if (result === -EPERM && isInUserNamespace()) {
      throw new NativeError(
        "no-permission",
        "This process may not load BPF programs: it is in a user namespace of its own",
        { help: NAMESPACE_HELP, log: log.tail },
      );
    }
    if (!exists(KERNEL_TYPES)) {
      throw new NativeError("no-btf", `This kernel has no type information (${KERNEL_TYPES})`, {
        help: BTF_HELP,
        log: log.tail,
      });
    }
    throw new NativeError("load-failed", `Cannot load the probe: ${this.#reason(result)}`, {
      help: "falcod needs Linux 5.8 or newer; `falcod probe` shows what this kernel can do",
      log: log.tail,
    });
  }

  /** Attaches every program but those named, or none of them. Throws a `NativeError`. */
  attach(except: readonly string[] = []): void {
    this.#attach((name) => !except.includes(name));
  }

  /** Whether it has such a program, and it was not left out. */
  has(name: string): boolean {
    for (const program of this.#programs()) if (this.#nameOf(program) === name) return true;
    return false;
  }

  /** Attaches one program that `attach` has left out. Throws a `NativeError`; the others stay. */
  attachOne(name: string): void {
    this.#attach((other) => other === name);
  }

  #attach(isWanted: (name: string) => boolean): void {
    using log = new LibbpfLog(this.#libbpf);
    const before = this.#links.length;
    for (const program of this.#programs()) {
      if (!isWanted(this.#nameOf(program))) continue;
      const link = this.#libbpf.bpf_program__attach(program);
      if (link !== null) {
        this.#links.push(link);
        continue;
      }
      const reason = this.#reason(errno());
      this.#detach(before);
      const name = this.#nameOf(program);
      throw new NativeError("attach-failed", `Cannot attach probe "${name}": ${reason}`, {
        help: "`falcod probe` shows what this kernel can do",
        log: log.tail,
      });
    }
  }

  map(name: string): BpfMap {
    const map = this.#findMap(name);
    const fileDescriptor = this.#libbpf.bpf_map__fd(map);
    if (fileDescriptor < 0) throw this.#mapError(`Map "${name}" is not loaded`, fileDescriptor);
    return {
      name,
      fileDescriptor,
      valueBytes: this.#libbpf.bpf_map__value_size(map),
      maxEntries: this.#libbpf.bpf_map__max_entries(map),
    };
  }

  /** Writes one entry of a loaded map. */
  write(map: BpfMap, entry: { readonly key: number; readonly value: number }): void {
    this.#requireOpen();
    const result = this.#libbpf.bpf_map_update_elem(
      map.fileDescriptor,
      Uint32Array.of(entry.key),
      Uint32Array.of(entry.value),
      0n,
    );
    if (result < 0) throw this.#mapError(`Cannot write to map "${map.name}"`, result);
  }

  /** The first value of a per-CPU array: one block of `valueBytes`, a multiple of 8, for each possible CPU. */
  readPerCpu(map: BpfMap): BigUint64Array {
    this.#requireOpen();
    const cpus = this.#libbpf.libbpf_num_possible_cpus();
    if (cpus < 0) throw this.#mapError("Cannot count this machine's CPUs", cpus);
    const values = new BigUint64Array((map.valueBytes / 8) * cpus);
    const result = this.#libbpf.bpf_map_lookup_elem(
      map.fileDescriptor,
      Uint32Array.of(0),
      new Uint8Array(values.buffer),
    );
    if (result < 0) throw this.#mapError(`Cannot read map "${map.name}"`, result);
    return values;
  }

  /** The loaded programs and their ids in the kernel. */
  programs(): LoadedProgram[] {
    const libbpf = this.#libbpf;
    return this.#programs().map((program) => {
      // Wants to be all 0: pointers in it ask for more. The kernel fills as much as there is room for.
      const info = new DataView(new ArrayBuffer(PROGRAM_INFO.byteLength));
      const result = libbpf.bpf_obj_get_info_by_fd(
        libbpf.bpf_program__fd(program),
        new Uint8Array(info.buffer),
        Uint32Array.of(info.byteLength),
      );
      if (result < 0) {
        throw new NativeError(
          "load-failed",
          `Cannot ask for a program's id: ${this.#reason(result)}`,
          {
            help: PERMISSION_HELP,
          },
        );
      }
      return {
        name: this.#nameOf(program),
        id: info.getUint32(PROGRAM_INFO.id, true),
        runs: Number(info.getBigUint64(PROGRAM_INFO.runs, true)),
        runNs: Number(info.getBigUint64(PROGRAM_INFO.runNs, true)),
      };
    });
  }

  [Symbol.dispose](): void {
    const object = this.#object;
    if (object === undefined) return;
    this.#detach();
    this.#object = undefined;
    this.#libbpf.bpf_object__close(object);
  }

  /** All links, or those that have been made after the first so many. */
  #detach(kept = 0): void {
    for (const link of this.#links.splice(kept)) this.#libbpf.bpf_link__destroy(link);
  }

  #nameOf(program: Deno.PointerObject): string {
    return readCString(this.#libbpf.bpf_program__name(program));
  }

  /** Those that were not left out. */
  #programs(): Deno.PointerObject[] {
    return this.#allPrograms().filter((program) => !this.#leftOut.has(this.#nameOf(program)));
  }

  #allPrograms(): Deno.PointerObject[] {
    const programs: Deno.PointerObject[] = [];
    const object = this.#handle;
    let program = this.#libbpf.bpf_object__next_program(object, null);
    while (program !== null) {
      programs.push(program);
      program = this.#libbpf.bpf_object__next_program(object, program);
    }
    return programs;
  }

  #findMap(name: string): Deno.PointerObject {
    const map = this.#libbpf.bpf_object__find_map_by_name(this.#handle, cString(name));
    if (map !== null) return map;
    throw new NativeError("map-failed", `The BPF object has no map "${name}"`, {
      help: "the probe is of another version; build it again (`deno task probe`)",
    });
  }

  #reason(code: number): string {
    return libbpfErrorText(this.#libbpf, code);
  }

  #mapError(what: string, code: number): NativeError {
    return new NativeError("map-failed", `${what}: ${this.#reason(code)}`, {
      help: PERMISSION_HELP,
    });
  }

  get #handle(): Deno.PointerObject {
    if (this.#object === undefined) throw new Error("BPF object used after it was disposed");
    return this.#object;
  }

  /** A closed map's descriptor may by now be somebody else's. */
  #requireOpen(): void {
    void this.#handle;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
