/** Keeps the runtime's debugger shut. */
import { ignoreSignal } from "../../ffi/mod.ts";

const SIGUSR1 = 10;

/**
 * Deno (2.9.2 and later) opens a debugger port on SIGUSR1: half a second after the start it subscribes
 * to the signal and cannot be told not to. Whoever reaches the port on loopback runs code in a root
 * process, and the signal is one that log rotation sends. So: subscribe first, which makes Deno install
 * its one handler for the signal now, then let the kernel ignore the signal, which replaces the handler.
 * Deno's later subscription finds the handler installed and does not touch it again.
 *
 * Throws where native libraries may not be called.
 */
export function refuseDebugger(): void {
  Deno.addSignalListener("SIGUSR1", ignored);
  ignoreSignal(SIGUSR1);
}

function ignored(): void {}
