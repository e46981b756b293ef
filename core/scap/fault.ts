/** What is wrong with a capture, and where. */

export type ScapFaultReason =
  /** Neither a capture nor a compressed one. */
  | "not-a-capture"
  /** Of a version, or a byte order, that cannot be read. */
  | "unsupported"
  /** It ends in the middle of a block. */
  | "truncated"
  /** Lengths in it contradict each other. */
  | "corrupt"
  /** The file could not be read, or not be decompressed. */
  | "unreadable";

/** Everything before the fault has been delivered; nothing after it can be. */
export interface ScapFault {
  readonly kind: "fault";
  readonly reason: ScapFaultReason;
  /** One sentence without the place: what was found, what was wanted. */
  readonly message: string;
  /** Blocks of the file count from 1. */
  readonly block: number;
  /** Where that block begins, in bytes of the decompressed file. */
  readonly offset: number;
}

/** The whole story, without the file's name. */
export function faultText({ message, block, offset }: ScapFault): string {
  return `${message} (block ${block}, at byte ${offset})`;
}
