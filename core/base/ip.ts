/**
 * IP addresses and networks as values that compare fast and print canonically.
 *
 * An address is its bytes in network order, 4 (IPv4) or 16 (IPv6); the length is the family.
 */

/** An address with the number of leading bits that count. */
export interface Network {
  /** 4 or 16 bytes as written; bits beyond `prefix` are kept and ignored. */
  readonly address: Uint8Array;
  readonly prefix: number;
}

/** Longest text of an address: `ffff:…:255.255.255.255`, INET6_ADDRSTRLEN without its NUL. */
const MAX_TEXT = 45;

/** The address a text names, or `undefined`; spellings as inet_pton(3) takes them. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.length > MAX_TEXT) return undefined;
  return text.includes(":") ? parseIPv6(text) : parseIPv4(text);
}

/** `10.0.0.0/8`, `2001:db8::/32`; the prefix length is required. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (!address || !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix <= address.length * 8 ? { address, prefix } : undefined;
}

/** False across families: an IPv4 network holds no IPv6 address, mapped or not. */
export function networkContains(network: Network, address: Uint8Array): boolean {
  const own = network.address;
  if (own.length !== address.length) return false;
  const whole = network.prefix >> 3;
  for (let i = 0; i < whole; i++) if (own[i] !== address[i]) return false;
  const rest = network.prefix & 7;
  return rest === 0 || (own[whole]! ^ address[whole]!) >> (8 - rest) === 0;
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

/** Canonical text: dotted decimal, or RFC 5952. Anything but 4 or 16 bytes gives "". */
export function addressText(address: Uint8Array): string {
  // Not joined: sockets of captures are called by two of these.
  if (address.length === 4) return `${address[0]}.${address[1]}.${address[2]}.${address[3]}`;
  if (address.length !== 16) return "";
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(address[i]! << 8 | address[i + 1]!);
  // RFC 5952 section 5: mapped IPv4 addresses show their dotted form.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${address.subarray(12).join(".")}`;
  }
  const gap = longestZeroRun(groups);
  const text = (from: number, to: number) =>
    groups.slice(from, to).map((group) => group.toString(16)).join(":");
  return gap ? `${text(0, gap.start)}::${text(gap.end, 8)}` : text(0, 8);
}

export function networkText(network: Network): string {
  return `${addressText(network.address)}/${network.prefix}`;
}

/** The first of the longest runs of two or more zero groups. RFC 5952 section 4.2. */
function longestZeroRun(groups: readonly number[]): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < groups.length;) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start >= 2 && (!best || end - start > best.end - best.start)) best = { start, end };
    start = Math.max(end, start + 1);
  }
  return best;
}

/** Four decimal numbers without leading zeros: `010` would be octal to some readers. */
function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(parts[i]!)) return undefined;
    const value = Number(parts[i]);
    if (value > 255) return undefined;
    bytes[i] = value;
  }
  return bytes;
}

function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const bytes = new Uint8Array(16);
  [...head, ...new Array<number>(missing).fill(0), ...tail].forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

/** 16-bit groups between colons; the last may be a dotted IPv4 address where `last` says so. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (last && i === parts.length - 1 && part.includes(".")) {
      const four = parseIPv4(part);
      if (!four) return undefined;
      groups.push(four[0]! << 8 | four[1]!, four[2]! << 8 | four[3]!);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
