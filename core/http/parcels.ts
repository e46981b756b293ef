/** Batches in parts that a service takes at once; order stays. */
import { SinkError } from "../plugin/sink_error.ts";

export interface ParcelLimits<Item> {
  readonly most: number;
  /** Of all in a part; what is larger by itself is a part of its own. */
  readonly mostBytes: number;
  readonly bytesOf: (item: Item) => number;
}

/** Sends one part after the other. The error says what became of all of them, as a sink's does. */
export async function sendParcels<Item>(
  items: readonly Item[],
  limits: ParcelLimits<Item>,
  send: (parcel: readonly Item[]) => Promise<unknown>,
): Promise<void> {
  let sent = 0;
  for (const parcel of parcelsOf(items, limits)) {
    try {
      await send(parcel);
    } catch (error) {
      throw error instanceof SinkError ? ofAll(error, sent, parcel.length) : error;
    }
    sent += parcel.length;
  }
}

function ofAll(error: SinkError, sent: number, length: number): SinkError {
  const { code, message, retryAfterMs, accepted = 0 } = error;
  return new SinkError(code, message, {
    accepted: sent + accepted,
    ...code === "rejected" && { refused: error.refused ?? length - accepted },
    ...retryAfterMs !== undefined && { retryAfterMs },
    ...error.unclear !== undefined && { unclear: Math.min(error.unclear, length - accepted) },
  });
}

export function parcelsOf<Item>(
  items: readonly Item[],
  { most, mostBytes, bytesOf }: ParcelLimits<Item>,
): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let size = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = parts.at(-1);
    if (!last || last.length >= most || size + bytes > mostBytes) {
      parts.push([item]);
      size = bytes;
    } else {
      last.push(item);
      size += bytes;
    }
  }
  return parts;
}
