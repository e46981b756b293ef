/** Keeps the runtime's debugger shut, and its signal for log rotation. */
import { noteSignal } from "../../ffi/mod.ts";

const SIGUSR1 = 10;

/**
 * Deno (2.9.2 and later) opens a debugger port on SIGUSR1: half a second after the start it subscribes
 * to the signal and cannot be told not to. Whoever reaches the port on loopback runs code in a root
 * process, and the signal is one that log rotation sends. So: subscribe first, which makes Deno install
 * its one handler for the signal now, then put another in its place. Deno's later subscription finds the
 * handler installed and does not touch it again.
 *
 * Returns who can say whether the signal has come since it was last asked. Throws where native
 * libraries may not be called.
 */
export function refuseDebugger(): { readonly hasCome: () => boolean } {
  Deno.addSignalListener("SIGUSR1", ignored);
  return noteSignal(SIGUSR1);
}

function ignored(): void {}
