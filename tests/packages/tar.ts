/** Archives for tests, also such as no program writes. */
import { gzipSync } from "node:zlib";

export interface TarEntry {
  readonly path: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** Type flag; a file unless given. */
  readonly type?: string;
  readonly mode?: number;
  readonly link?: string;
  /** What the header says; else how much there is. */
  readonly size?: number | string;
  readonly checksum?: number;
  /** First part of the path, as POSIX has it. */
  readonly prefix?: string;
}

const encoder = new TextEncoder();
const bytesOf = (content: string | Uint8Array) =>
  typeof content === "string" ? encoder.encode(content) : content;

export function tar(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  return join([...entries.map(tarEntry), new Uint8Array(1024)]);
}

export function tgz(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(tar(entries)));
}

/** Plain files. */
export function packed(files: Readonly<Record<string, string | Uint8Array>>) {
  return tgz(Object.entries(files).map(([path, content]) => ({ path, content })));
}

/** Lines of an extended header. */
export function pax(values: Readonly<Record<string, string>>, type: "x" | "g" = "x"): TarEntry {
  const lines = Object.entries(values).map(([key, value]) => {
    const rest = encoder.encode(` ${key}=${value}\n`).length;
    let length = rest + 1;
    while (String(length).length + rest !== length) length = String(length).length + rest;
    return `${length} ${key}=${value}\n`;
  });
  return { path: "PaxHeader", type, content: lines.join("") };
}

function tarEntry(entry: TarEntry): Uint8Array<ArrayBuffer> {
  const content = bytesOf(entry.content ?? "");
  const header = new Uint8Array(512);
  const put = (at: number, value: string | Uint8Array, room: number) =>
    header.set(bytesOf(value).subarray(0, room), at);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  const size = entry.size ?? content.length;
  put(0, entry.path, 100);
  put(100, octal(entry.mode ?? 0o644, 7), 8);
  put(108, octal(0, 7), 8);
  put(116, octal(0, 7), 8);
  put(124, typeof size === "string" ? size : octal(size, 11), 12);
  put(136, octal(0, 11), 12);
  put(156, entry.type ?? "0", 1);
  put(157, entry.link ?? "", 100);
  put(257, "ustar\x0000", 8);
  put(345, entry.prefix ?? "", 155);
  put(148, "        ", 8);
  put(148, `${octal(entry.checksum ?? header.reduce((sum, byte) => sum + byte, 0), 6)} `, 8);
  return join([header, content, new Uint8Array((512 - content.length % 512) % 512)]);
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
