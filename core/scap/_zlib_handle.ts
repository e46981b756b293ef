/**
 * The handle that node's streams of zlib are made of. No document promises it, but node has had it for
 * ten years, Deno has it, and the tests of compressed captures notice if it goes. It works on memory of
 * ours, at once, and says how far it came, where streams take memory and turns of their own.
 */

/** zlib.h */
export const FLUSH = { none: 0, sync: 2, finish: 4 } as const;

interface NativeHandle {
  onerror: (message: string) => void;
  writeSync(
    flush: number,
    from: Uint8Array,
    fromAt: number,
    fromBytes: number,
    to: Uint8Array,
    toAt: number,
    toBytes: number,
  ): void;
}

export interface ZlibHandle {
  readonly native: NativeHandle;
  /** Bytes that `writeSync` left: room in `to`, input in `from`. */
  readonly left: Uint32Array;
  close(): void;
}

/** What wraps a native handle: `createGunzip()` and the like. */
interface ZlibStream {
  close(): void;
}

/** `onProblem` hears what zlib says of its input. */
export function handleOf(stream: ZlibStream, onProblem: (problem: string) => void): ZlibHandle {
  const { _handle: native, _writeState: left } = stream as unknown as {
    _handle?: NativeHandle;
    _writeState?: Uint32Array;
  };
  if (typeof native?.writeSync !== "function" || !(left instanceof Uint32Array)) {
    throw new Error("the handle of node's zlib is not what it was");
  }
  native.onerror = onProblem;
  return { native, left, close: () => stream.close() };
}
