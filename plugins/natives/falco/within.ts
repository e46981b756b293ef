/** Waiting for a plugin, for so long. */

/** What comes of it; rejects with `otherwise` when nothing has so long after the signal. */
export async function within<T>(
  coming: Promise<T>,
  { signal, afterMs, otherwise }: {
    readonly signal: AbortSignal;
    readonly afterMs: number;
    readonly otherwise: unknown;
  },
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => timer = setTimeout(() => reject(otherwise), afterMs);
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  try {
    return await Promise.race([coming, late]);
  } finally {
    signal.removeEventListener("abort", begin);
    clearTimeout(timer);
  }
}
