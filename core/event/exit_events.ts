/** From a system call to the code of the event that reports it. */
import { newerCallNamed, newerCallOf } from "./newer_calls.ts";
import { syscallByName, syscallByNumber } from "./syscalls.ts";
import { eventCodesByName, eventType, GENERIC_BASE } from "./table.ts";

/**
 * Code of the exit event of an x86-64 system call: its own type, that of a newer call, or the
 * generic one. A number nobody
 * knows yet is the generic event called "unknown".
 */
export function exitEventOfSyscall(number: number): number {
  const call = syscallByNumber(number);
  if (!call) return GENERIC_BASE;
  return call.exitEvent ?? newerCallNamed(call.name)?.code ?? GENERIC_BASE + call.code;
}

/**
 * The events that whoever names a system call means, or names an event, as upstream takes both. Those
 * of newer calls that are delivered as its event are not: they are meant by names of their own.
 */
export function eventCodesOfCall(name: string): readonly number[] {
  const number = syscallByName(name)?.number;
  if (number === undefined) return eventCodesByName(name);
  const event = newerCallNamed(name) ? name : eventType(exitEventOfSyscall(number))!.name;
  return eventCodesByName(event).filter((code) => (newerCallOf(code)?.call ?? name) === name);
}
