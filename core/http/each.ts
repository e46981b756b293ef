/** Batches as requests: one for each alert, or one for all. */
import { type FormattedAlert, type Sink, SinkError, type WriteContext } from "../plugin/mod.ts";
import type { Alert } from "../alert/mod.ts";
import type { HttpSettings } from "./schema.ts";
import { type HttpRequest, HttpTarget, type HttpTargetOptions } from "./target.ts";

/** Sends one after the other. The error says how many of them have arrived. */
export async function sendEach<Item>(
  items: readonly Item[],
  send: (item: Item) => Promise<unknown>,
  context?: WriteContext,
): Promise<void> {
  for (const [accepted, item] of items.entries()) {
    let isSent = false;
    try {
      context?.signal.throwIfAborted();
      isSent = true;
      await send(item);
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      const { code, message, retryAfterMs } = error;
      throw new SinkError(code, message, {
        cause: error.cause,
        accepted,
        ...code === "rejected" && { refused: 1 },
        ...retryAfterMs !== undefined && { retryAfterMs },
        unclear: isSent && (context?.signal.aborted || (error.unclear ?? 0) > 0) ? 1 : 0,
      });
    }
  }
}

/** Sends all at once, and where that is refused each alone: one bad alert must not lose the others. */
export async function sendTogether<Item>(
  items: readonly Item[],
  send: (items: readonly Item[]) => Promise<unknown>,
  context?: WriteContext,
): Promise<void> {
  if (items.length === 0) return;
  try {
    await send(items);
  } catch (error) {
    const isRefused = error instanceof SinkError && error.code === "rejected";
    // Who knows which of them it was has said so.
    if (!isRefused || error.refused !== undefined || items.length === 1) throw error;
    await sendEach(items, (item) => send([item]), context);
  }
}

/** A sink that makes a request of each alert. */
export class PostSink implements Sink {
  constructor(
    readonly target: HttpTarget,
    readonly requestOf: (alert: FormattedAlert) => HttpRequest,
  ) {}

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(
      batch,
      (alert) => this.target.send(this.requestOf(alert), context),
      context,
    );
  }

  close(): Promise<void> {
    return this.target.close();
  }
}

/** The same, where a request is only a body. */
export function postSink(
  settings: HttpSettings,
  url: HttpTargetOptions["url"],
  bodyOf: (alert: Alert) => string,
): PostSink {
  const target = new HttpTarget(settings, { url });
  return new PostSink(target, ({ alert }) => ({ body: bodyOf(alert) }));
}
