/** Calls of the C library that take rights away. */
import { ffiDenied } from "../libc.ts";
import { NativeError } from "../native_error.ts";

const SYMBOLS = {
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  // glibc has these three done by every thread of the process.
  setgroups: { parameters: ["usize", "pointer"], result: "i32" },
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  execve: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
  landlockCreate: {
    name: "syscall",
    parameters: ["i64", "buffer", "usize", "u32"],
    result: "i64",
  },
  landlockAdd: {
    name: "syscall",
    parameters: ["i64", "i32", "i32", "buffer", "u32"],
    result: "i64",
  },
  landlockRestrict: { name: "syscall", parameters: ["i64", "i32", "u32"], result: "i64" },
  seccomp: { name: "syscall", parameters: ["i64", "u32", "u32", "buffer"], result: "i64" },
  closeRange: { name: "syscall", parameters: ["i64", "u32", "u32", "u32"], result: "i64" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Calls = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let calls: Calls | undefined;

/** Opens the C library at the first call. */
export function openCalls(): Calls {
  if (calls) return calls;
  try {
    return calls = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw ffiDenied(cause);
    throw new NativeError("no-libbpf", "Cannot open the C library libc.so.6", {
      help: "confining a process needs a Linux with glibc",
      cause,
    });
  }
}

/** Where a call has different numbers on different machines. */
export const isArm = Deno.build.arch === "aarch64";
