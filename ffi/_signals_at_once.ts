/** Has many signals come at once, with handlers on the stack for signals; those of the runtime, too. */
import { holdSignals, noteSignal, openLibc } from "./libc.ts";
import { separateHandlers } from "./signal_handlers.ts";

const LISTENED = {
  SIGHUP: 1,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGCONT: 18,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
} as const;
const NOTED = [40, 41, 42, 43, 44, 45, 46, 47];

const { sigaction, tgkill } = openLibc();
let heard = 0;
for (const name of Object.keys(LISTENED) as (keyof typeof LISTENED)[]) {
  Deno.addSignalListener(name, () => void heard++);
}
// As libraries in Go do when they are loaded.
const action = new Uint8Array(152);
const flags = new DataView(action.buffer, 136);
for (const signal of Object.values(LISTENED)) {
  sigaction(signal, null, action);
  flags.setInt32(0, flags.getInt32(0, true) | 0x08000000, true);
  sigaction(signal, action, null);
}
separateHandlers();
const noted = NOTED.map(noteSignal);
for (const signals of [NOTED, Object.values(LISTENED)]) {
  using _ = holdSignals();
  for (const signal of signals) tgkill(Deno.pid, Deno.pid, signal);
}
for (const [index, { hasCome }] of noted.entries()) {
  if (!hasCome()) throw new Error(`${NOTED[index]} has not come`);
}
while (heard < Object.keys(LISTENED).length) await new Promise((resolve) => setTimeout(resolve, 1));
