import { SinkError, type WriteContext } from "../plugin/mod.ts";

/** Sends one after the other. The error says how many of them have arrived. */
export async function sendEach<Item>(
  items: readonly Item[],
  send: (item: Item) => Promise<unknown>,
  context?: WriteContext,
): Promise<void> {
  for (const [accepted, item] of items.entries()) {
    try {
      context?.signal.throwIfAborted();
      await send(item);
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      const { code, message, retryAfterMs } = error;
      throw new SinkError(code, message, {
        cause: error.cause,
        accepted,
        ...code === "rejected" && { refused: 1 },
        ...retryAfterMs !== undefined && { retryAfterMs },
      });
    }
  }
}
