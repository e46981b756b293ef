/** Bytes as upstream prints them by default: what is not printable ASCII is a dot. */

/** No output needs more; the rest of a hostile buffer is not looked at. */
const MAX_PRINTED = 64 * 1024;

export function bytesText(bytes: Uint8Array): string {
  const length = Math.min(bytes.length, MAX_PRINTED);
  let text = "";
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
  }
  return text;
}

const encoder = new TextEncoder();

/** Bytes as such, text as UTF-8; absent for anything else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return encoder.encode(value);
  return value instanceof Uint8Array ? value : undefined;
}

/** Decoded text whose bytes print so: one dot for every byte of other characters. */
export function dottedText(text: string): string {
  const start = text.length > MAX_PRINTED ? text.slice(0, MAX_PRINTED) : text;
  return /^[\x20-\x7e]*$/.test(start) ? start : bytesText(encoder.encode(start));
}
