/** Bytes as text and text as bytes. */
import { encodeUtf8 } from "../base/mod.ts";

/** No output needs more; the rest of a hostile buffer is not looked at. */
const MAX_PRINTED = 64 * 1024;

/** How bytes print: as upstream does by default, or with `buffer_format_base64`. */
export type BytesFormat = "dots" | "base64";

/** `dots`: printable ASCII as it is, a dot for everything else. */
export function bytesText(bytes: Uint8Array, format: BytesFormat): string {
  if (format === "base64") return bytes.subarray(0, MAX_PRINTED).toBase64();
  const length = Math.min(bytes.length, MAX_PRINTED);
  let text = "";
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
  }
  return text;
}

/** Bytes as such, those of a text; absent for anything else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return encodeUtf8(value);
  return value instanceof Uint8Array ? value : undefined;
}

/** Decoded text whose bytes print so. */
export function textAsBytes(text: string, format: BytesFormat): string {
  const start = text.length > MAX_PRINTED ? text.slice(0, MAX_PRINTED) : text;
  if (format === "dots" && /^[\x20-\x7e]*$/.test(start)) return start;
  return bytesText(encodeUtf8(start), format);
}
