/** How a failing kernel or native library is reported. */

/**
 * - `no-libbpf`: the library is missing or too old;
 * - `no-permission`: this process may not use BPF, or Deno may not use FFI;
 * - `no-btf`: the kernel does not describe its own types, so no CO-RE program fits it;
 * - `load-failed`: libbpf or the verifier refused every probe object;
 * - `attach-failed`: loaded, but a tracepoint could not be attached;
 * - `map-failed`: a map is missing or an update was refused;
 * - `mmap-failed`: the kernel did not share a map's memory.
 */
export type NativeErrorCode =
  | "no-libbpf"
  | "no-permission"
  | "no-btf"
  | "load-failed"
  | "attach-failed"
  | "map-failed"
  | "mmap-failed";

export interface NativeErrorDetails {
  /** What the person at the keyboard can do about it. */
  readonly help: string;
  /** Messages of libbpf and the verifier, already bounded. */
  readonly log?: string;
  readonly cause?: unknown;
}

/** The kernel, libbpf or Deno refused something the capture needs. */
export class NativeError extends Error {
  override readonly name = "NativeError";
  readonly help: string;
  readonly log: string;

  /** `title` is one line; `message` has the log below it. */
  constructor(readonly code: NativeErrorCode, readonly title: string, details: NativeErrorDetails) {
    super(details.log ? `${title}\n${details.log}` : title, { cause: details.cause });
    this.help = details.help;
    this.log = details.log ?? "";
  }
}
