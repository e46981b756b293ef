/** Headers of tar archives: 512 bytes, POSIX.1-2017 pax, "ustar Interchange Format". */

export const BLOCK_BYTES = 512;

export type TarKind =
  | "file"
  | "folder"
  | "pax"
  | "global-pax"
  | "long-name"
  | { readonly refused: string };

export interface TarHeader {
  readonly path: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly kind: TarKind;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text that says what is wrong, where it is no header. */
export function readTarHeader(block: Uint8Array): TarHeader | string {
  const wanted = octal(block, 148, 8);
  if (wanted === undefined || wanted !== checksum(block)) return "its header has a wrong checksum";
  const sizeBytes = octal(block, 124, 12);
  const mode = octal(block, 100, 8);
  if (sizeBytes === undefined || mode === undefined) return "its header has numbers that are none";
  const path = text(block, 0, 100);
  // Only POSIX's own headers have the first part of long paths there.
  const isPosix = text(block, 257, 6) === "ustar" && block[263] === 0x30;
  const prefix = isPosix ? text(block, 345, 155) : "";
  if (path === undefined || prefix === undefined) return "it has a name that is not valid UTF-8";
  return {
    path: prefix === "" ? path : `${prefix}/${path}`,
    mode,
    sizeBytes,
    kind: kindOf(block[156]!),
  };
}

function kindOf(flag: number): TarKind {
  const kind = KINDS[String.fromCharCode(flag)];
  return kind ?? { refused: "an entry of an unknown kind" };
}

/** By the type flag; "7" is a file that wants to be contiguous. */
const KINDS: Readonly<Record<string, TarKind | undefined>> = {
  __proto__: null as never,
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": { refused: "a hard link" },
  "2": { refused: "a symbolic link" },
  "3": { refused: "a device" },
  "4": { refused: "a device" },
  "5": "folder",
  "6": { refused: "a named pipe" },
  x: "pax",
  g: "global-pax",
  L: "long-name",
  K: { refused: "a link" },
  S: { refused: "a file with holes" },
  M: { refused: "a part of a file that began in another archive" },
  V: { refused: "a label of a tape" },
  D: { refused: "a folder as backups have it" },
};

/** The sum of all bytes, with blanks in the place of the checksum. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK_BYTES; at++) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}

/** Absent: no octal number. Sizes in binary, GNU's for files above 8 GB, are none. */
function octal(block: Uint8Array, start: number, length: number): number | undefined {
  const field = String.fromCharCode(...block.subarray(start, start + length));
  const [, digits] = /^ *([0-7]*)[ \0]*$/.exec(field) ?? [];
  if (digits === undefined) return undefined;
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** To the first zero byte. */
function text(block: Uint8Array, start: number, length: number): string | undefined {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  try {
    return decoder.decode(end < 0 ? field : field.subarray(0, end));
  } catch {
    return undefined;
  }
}
