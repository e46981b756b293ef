/** Signals that would end falcod, and are to do nothing for a while. */

/** They do nothing else until the work is done; others may listen to them meanwhile. */
export async function passingOver<Result>(
  signals: readonly Deno.Signal[],
  work: () => Promise<Result>,
): Promise<Result> {
  for (const signal of signals) Deno.addSignalListener(signal, passOver);
  try {
    return await work();
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, passOver);
  }
}

function passOver(): void {}
