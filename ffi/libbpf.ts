/** libbpf 1.x: the functions falcod calls, and what it prints. */
import { isBinary } from "../core/base/own_files.ts";
import { cString, ffiDenied, type Libc, openLibc, readCString } from "./libc.ts";
import { NativeError } from "./native_error.ts";
import { openPackedLibbpf, PACKED_LIBBPF_HELP } from "./packed_library.ts";

const SYMBOLS = {
  libbpf_set_print: { parameters: ["function"], result: "pointer" },
  libbpf_strerror: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  libbpf_version_string: { parameters: [], result: "pointer" },
  libbpf_num_possible_cpus: { parameters: [], result: "i32" },
  libbpf_find_vmlinux_btf_id: { parameters: ["buffer", "u32"], result: "i32" },
  libbpf_probe_bpf_map_type: { parameters: ["u32", "pointer"], result: "i32" },
  bpf_object__open_mem: { parameters: ["buffer", "usize", "buffer"], result: "pointer" },
  bpf_object__load: { parameters: ["pointer"], result: "i32" },
  bpf_object__close: { parameters: ["pointer"], result: "void" },
  bpf_object__next_program: { parameters: ["pointer", "pointer"], result: "pointer" },
  bpf_object__find_map_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },
  bpf_map__fd: { parameters: ["pointer"], result: "i32" },
  bpf_map__value_size: { parameters: ["pointer"], result: "u32" },
  bpf_map__max_entries: { parameters: ["pointer"], result: "u32" },
  bpf_map__set_max_entries: { parameters: ["pointer", "u32"], result: "i32" },
  bpf_program__name: { parameters: ["pointer"], result: "pointer" },
  bpf_program__fd: { parameters: ["pointer"], result: "i32" },
  bpf_program__set_autoload: { parameters: ["pointer", "bool"], result: "i32" },
  bpf_program__attach: { parameters: ["pointer"], result: "pointer" },
  bpf_link__destroy: { parameters: ["pointer"], result: "i32" },
  bpf_map_update_elem: { parameters: ["i32", "buffer", "buffer", "u64"], result: "i32" },
  bpf_map_lookup_elem: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  bpf_obj_get_info_by_fd: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  bpf_prog_get_next_id: { parameters: ["u32", "buffer"], result: "i32" },
  bpf_prog_load: {
    parameters: ["u32", "buffer", "buffer", "buffer", "usize", "buffer"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libbpf = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

export const LIBBPF_HELP =
  "install libbpf 1.1 or newer (Debian, Ubuntu: `apt-get install libbpf1`)";

/** The one in the binary. */
const PACKED = "falcod's own libbpf";

const opened = new Map<string, Libbpf>();

/**
 * Opens libbpf at the first call: `path`, a path or a name for the loader. Absent: what FALCOD_LIBBPF
 * says, else the one in the binary, else that of the machine. It stays open as long as the process.
 */
export function openLibbpf(path = usualLibbpf()): Libbpf {
  const known = opened.get(path);
  if (known) return known;
  try {
    const { symbols } = path === PACKED ? openPackedLibbpf(SYMBOLS) : Deno.dlopen(path, SYMBOLS);
    opened.set(path, symbols);
    return symbols;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw ffiDenied(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NativeError("no-libbpf", `Cannot open ${path}: ${reason}`, {
      help: path === PACKED ? PACKED_LIBBPF_HELP : LIBBPF_HELP,
      cause,
    });
  }
}

function usualLibbpf(): string {
  return Deno.env.get("FALCOD_LIBBPF") || (isBinary() ? PACKED : "libbpf.so.1");
}

/** "v1.1". */
export function libbpfVersion(libbpf: Libbpf): string {
  return readCString(libbpf.libbpf_version_string());
}

/** "Operation not permitted (error 1)": the kernel's error numbers and libbpf's own, with either sign. */
export function libbpfErrorText(libbpf: Libbpf, code: number): string {
  const text = new Uint8Array(128);
  libbpf.libbpf_strerror(code, text, BigInt(text.length));
  const message = new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
  return `${message} (error ${Math.abs(code)})`;
}

/** Ids of all BPF programs in the kernel, whoever loaded them. */
export function programIds(libbpf: Libbpf): Set<number> {
  const ids = new Set<number>();
  const next = new Uint32Array(1);
  while (libbpf.bpf_prog_get_next_id(next[0]!, next) === 0) ids.add(next[0]!);
  return ids;
}

/** `enum libbpf_print_level`: warnings are 0, information 1, debugging 2. */
const LOUDEST_KEPT_LEVEL = 0;
/** A verifier's log of a big program is some hundred KiB and its point stands at the end. */
const MESSAGE_BYTES = 4 << 20;
const KEPT_CHARACTERS = 64 << 10;
const SHOWN_CHARACTERS = 4 << 10;

/**
 * Collects what libbpf and the verifier say until disposed; then libbpf is silent.
 *
 * libbpf prints only from within a call to it, so no message can arrive after the callback is
 * closed. The printer is one per process: captures do not nest.
 */
export class LibbpfLog implements Disposable {
  readonly #libbpf: Libbpf;
  readonly #callback:
    | Deno.UnsafeCallback<
      { readonly parameters: readonly ["i32", "pointer", "pointer"]; readonly result: "i32" }
    >
    | undefined;
  #text = "";
  #message: Uint8Array<ArrayBuffer> | undefined;

  /** `quiet`: nothing is collected. Thousands of messages, each of them a call, take some 100 ms. */
  constructor(libbpf: Libbpf, { quiet = false } = {}) {
    const libc = openLibc();
    this.#libbpf = libbpf;
    if (quiet) {
      libbpf.libbpf_set_print(null);
      return;
    }
    // The third argument is a va_list, which on x86-64 (an array) and on aarch64 (a large struct) is
    // passed as a pointer; vsnprintf takes it the same way. It can be used once only.
    this.#callback = new Deno.UnsafeCallback(
      { parameters: ["i32", "pointer", "pointer"], result: "i32" },
      (level, format, values) => {
        if (level <= LOUDEST_KEPT_LEVEL) this.#keep(libc, format, values);
        return 0;
      },
    );
    libbpf.libbpf_set_print(this.#callback.pointer);
  }

  #keep(libc: Libc, format: Deno.PointerValue, values: Deno.PointerValue): void {
    const buffer = this.#message ??= new Uint8Array(MESSAGE_BYTES);
    const length = libc.vsnprintf(buffer, BigInt(buffer.length), format, values);
    const bytes = buffer.subarray(0, Math.max(0, Math.min(length, buffer.length - 1)));
    const text = this.#text + new TextDecoder().decode(bytes.subarray(-KEPT_CHARACTERS));
    this.#text = text.slice(-KEPT_CHARACTERS);
  }

  /** The last messages, whole lines, at most 4 KiB. */
  get tail(): string {
    const text = this.#text.trimEnd();
    if (text.length <= SHOWN_CHARACTERS) return text;
    const cut = text.slice(-SHOWN_CHARACTERS);
    return `…\n${cut.slice(cut.indexOf("\n") + 1)}`;
  }

  [Symbol.dispose](): void {
    this.#libbpf.libbpf_set_print(null);
    this.#callback?.close();
  }
}

const PROGRAM_TRACING = 26;
const PROGRAM_LSM = 29;
const ATTACH_RAW_TRACEPOINT = 23;
const ATTACH_FENTRY = 24;
const ATTACH_LSM = 27;
const ATTACH_ITERATOR = 28;

/** Kinds of BPF program falcod uses now or may use, each with a kernel function or tracepoint to try it on. */
const PROGRAM_KINDS = {
  tp_btf: { type: PROGRAM_TRACING, attach: ATTACH_RAW_TRACEPOINT, target: "sys_exit" },
  iter: { type: PROGRAM_TRACING, attach: ATTACH_ITERATOR, target: "task" },
  fentry: { type: PROGRAM_TRACING, attach: ATTACH_FENTRY, target: "do_exit" },
  lsm: { type: PROGRAM_LSM, attach: ATTACH_LSM, target: "file_open" },
} as const;

export type ProgramKind = keyof typeof PROGRAM_KINDS;

/** `r0 = 0; exit`: the smallest program, as `struct bpf_insn` on a little-endian machine. */
const RETURN_ZERO = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

/** Loads an empty program of a kind and unloads it again: 0, or the kernel's negative errno. */
export function tryProgramKind(libbpf: Libbpf, kind: ProgramKind): number {
  const { type, attach, target } = PROGRAM_KINDS[kind];
  const id = libbpf.libbpf_find_vmlinux_btf_id(cString(target), attach);
  if (id < 0) return id;
  // struct bpf_prog_load_opts, the part that is set; libbpf takes what follows as zero:
  //  0 size_t sz | 8 attempts | 12 expected_attach_type | 16 … 28 unused | 32 attach_btf_id | 36 pad
  const options = new Uint8Array(40);
  const view = new DataView(options.buffer);
  view.setBigUint64(0, BigInt(options.length), true);
  view.setUint32(12, attach, true);
  view.setUint32(32, id, true);
  const program = libbpf.bpf_prog_load(
    type,
    cString("falcod_try"),
    cString("GPL"),
    RETURN_ZERO,
    BigInt(RETURN_ZERO.length / 8),
    options,
  );
  if (program < 0) return program;
  openLibc().close(program);
  return 0;
}
