/** Handlers of signals, where libraries run that have small stacks and signals of their own. */
import { openLibc } from "./libc.ts";

/** struct sigaction of glibc: handler | mask | flags | restorer. */
const ACTION_BYTES = 152, MASK_AT = 8, MASK_BYTES = 128, FLAGS_AT = 136;
const SA_ONSTACK = 0x08000000;
const SIG_IGN = 1n;
const LAST_SIGNAL = 64;
/** What a thread causes itself comes at once, or ends it: SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV. */
const OWN_FAULTS = [4, 5, 6, 7, 8, 11];

/**
 * Handlers that there are now run one at a time, on the stack for signals. That of the runtime's threads
 * has 8 KB, the kernel alone puts up to 4 KB on it for each handler, and libraries in Go send their
 * threads signals all the time: with three at once it is too small, and the process ends.
 */
export function separateHandlers(): void {
  const { sigaction } = openLibc();
  const action = new Uint8Array(ACTION_BYTES);
  const view = new DataView(action.buffer);
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    if (OWN_FAULTS.includes(signal) || sigaction(signal, null, action) !== 0) continue;
    if (view.getBigUint64(0, true) <= SIG_IGN) continue;
    action.fill(0xff, MASK_AT, MASK_AT + MASK_BYTES);
    view.setInt32(FLAGS_AT, view.getInt32(FLAGS_AT, true) | SA_ONSTACK, true);
    sigaction(signal, action, null);
  }
}
