/** The query of a request's URI, as the API server itself reads it: bad parts are passed over. */
import { decodeUtf8 } from "../../../core/mod.ts";

/** The first value of a parameter, decoded. */
export function queryParameter(uri: string, name: string): string | undefined {
  const begin = uri.indexOf("?");
  if (begin < 0) return undefined;
  const fragment = uri.indexOf("#");
  if (fragment >= 0 && fragment < begin) return undefined;
  const query = uri.slice(begin + 1, fragment < 0 ? undefined : fragment);
  for (const part of query.split("&")) {
    // Go's net/url knows no semicolons between parameters.
    if (part === "" || part.includes(";")) continue;
    const equals = part.indexOf("=");
    if (decoded(equals < 0 ? part : part.slice(0, equals)) !== name) continue;
    const value = decoded(equals < 0 ? "" : part.slice(equals + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Absent where a percent sign has no two digits. */
function decoded(text: string): string | undefined {
  if (!text.includes("%")) return text.replaceAll("+", " ");
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes = new TextEncoder().encode(text.replaceAll("+", " "));
  const plain = new Uint8Array(bytes.length);
  let size = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0x25) plain[size++] = bytes[i]!;
    else {
      plain[size++] = parseInt(String.fromCharCode(bytes[i + 1]!, bytes[i + 2]!), 16);
      i += 2;
    }
  }
  return decodeUtf8(plain.subarray(0, size));
}
