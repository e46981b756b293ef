/** A plugin that is trusted runs in falcod itself: same guest, no walls. */
import { FrameReader, FROM_GUEST, TO_GUEST } from "./frames.ts";
import { guest } from "./guest.ts";
import type { GuestLink, TakeFrame } from "./link.ts";

export function ownLink(): GuestLink {
  const reader = new FrameReader(Number.MAX_SAFE_INTEGER);
  const ended = Promise.withResolvers<string>();
  let isEnded = false;
  let toGuest: (frame: Uint8Array) => void = () => {};
  let fromGuest: TakeFrame = () => {};
  let last: Promise<unknown> = Promise.resolve();
  guest({
    to: TO_GUEST,
    from: FROM_GUEST,
    post: (bytes) => {
      for (const frame of reader.push(bytes)) {
        last = last.then(() => isEnded ? undefined : fromGuest(frame)).catch(() => {});
      }
    },
    listen: (callback) => toGuest = callback,
    load: async (source, type) => {
      const url = URL.createObjectURL(new Blob([new Uint8Array(source)], { type }));
      try {
        return await import(url);
      } finally {
        URL.revokeObjectURL(url);
      }
    },
  });
  return {
    post: (frame) => {
      if (!isEnded) queueMicrotask(() => toGuest(frame));
      return Promise.resolve();
    },
    onFrame: (callback) => fromGuest = callback,
    ended: ended.promise,
    end: (reason) => {
      isEnded = true;
      ended.resolve(reason);
    },
  };
}
