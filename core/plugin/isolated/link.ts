/** A way to a guest and back; what is at its other end may do as it likes. */
import type { Frame } from "./frames.ts";
import type { Usage } from "./usage.ts";

/** The next frame comes when what it returns has resolved. */
export type TakeFrame = (frame: Frame) => Promise<void> | void;

export interface GuestLink {
  /** Takes a frame; resolves when more can be taken. Never rejects. */
  post(frame: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Gets every frame from now on. */
  onFrame(callback: TakeFrame): void;
  /** Resolves with the reason, in words, when nothing can come any more. */
  readonly ended: Promise<string>;
  /** Ends it now. */
  end(reason: string): void;
  /** What it uses, with the programs it has started; absent: that is not known. */
  usage?(nowMs: number): Usage | undefined;
  /** Stops it and its programs, or lets them go on. */
  pause?(isPaused: boolean): void;
}
