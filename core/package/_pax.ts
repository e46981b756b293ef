/** Extended headers of tar archives, POSIX.1-2017 pax: lines of `LENGTH KEY=VALUE`. */

/** What other programs write, and what changes nothing here: whose files they were, when, and attributes. */
const IGNORED = new RegExp(
  "^(?:mtime|atime|ctime|uid|gid|uname|gname|comment|LIBARCHIVE\\.creationtime|" +
    "SCHILY\\.(?:dev|ino|nlink|fflags)|(?:SCHILY|LIBARCHIVE)\\.xattr\\..*|NODETAR\\..*)$",
);
const MOST_LINES = 100;

export interface PaxHeader {
  readonly path?: string;
}

/** A text that says what is wrong, where it is none or asks for what is not done. */
export function readPax(bytes: Uint8Array): PaxHeader | string {
  let path: string | undefined;
  let lines = 0;
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at);
    const digits = blank < 0 ? "" : ascii(bytes.subarray(at, Math.min(blank, at + 8)));
    const length = /^[1-9]\d{0,6}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, blank);
    const isLine = blank >= 0 && blank < equals && equals < end && end <= bytes.length &&
      bytes[end - 1] === 0x0a;
    if (!isLine || ++lines > MOST_LINES) return "it has an extended header that is none";
    const key = ascii(bytes.subarray(blank + 1, equals));
    if (key === "path") {
      if (path !== undefined) return "it has an extended header with two paths";
      path = utf8(bytes.subarray(equals + 1, end - 1));
      if (path === undefined) return "it has a name that is not valid UTF-8";
    } else if (!IGNORED.test(key)) {
      return `it has an extended header with "${key.slice(0, 60)}"`;
    }
    at = end;
  }
  return path === undefined ? {} : { path };
}

const ascii = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, 200));

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
