/** Has a signal come while the library that is named runs on a small stack. */
import { noteSignal } from "./libc.ts";

const SIGUSR2 = 12;

const { symbols } = Deno.dlopen(Deno.args[0]!, {
  raise_on_small_stack: { parameters: ["i32"], result: "i32" },
});
const signal = noteSignal(SIGUSR2);
for (let round = 0; round < 2; round++) {
  if (symbols.raise_on_small_stack(SIGUSR2) !== 0) throw new Error("there is no such stack");
  if (!signal.hasCome()) throw new Error("it has not come");
}
