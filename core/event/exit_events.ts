/** From a system call to the code of the event that reports it. */
import { syscallByNumber } from "./syscalls.ts";
import { GENERIC_BASE } from "./table.ts";

/**
 * Code of the exit event of an x86-64 system call: its own type, or the generic one. A number nobody
 * knows yet is the generic event called "unknown".
 */
export function exitEventOfSyscall(number: number): number {
  const call = syscallByNumber(number);
  if (!call) return GENERIC_BASE;
  return call.exitEvent ?? GENERIC_BASE + call.code;
}
