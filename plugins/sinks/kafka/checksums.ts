/** Checksums of record batches and of keys. */

/** Castagnoli's polynomial (RFC 3720 B.4), and that of Ethernet, both from their lowest bit. */
const CASTAGNOLI = tableOf(0x82f63b78);
const ETHERNET = tableOf(0xedb88320);

export function crc32c(bytes: Uint8Array): number {
  return remainder(bytes, CASTAGNOLI);
}

export function crc32(bytes: Uint8Array): number {
  return remainder(bytes, ETHERNET);
}

function remainder(bytes: Uint8Array, table: Uint32Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? polynomial ^ (crc >>> 1) : crc >>> 1;
    return crc >>> 0;
  });
}

const MURMUR = { seed: 0x9747b28c, factor: 0x5bd1e995, shift: 24 };

/** As Kafka's own clients hash keys (MurmurHash2), so that they find the same partition. */
export function murmur2(bytes: Uint8Array): number {
  const { seed, factor, shift } = MURMUR;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = seed ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let part = Math.imul(view.getInt32(at, true), factor);
    part = Math.imul(part ^ (part >>> shift), factor);
    hash = Math.imul(hash, factor) ^ part;
  }
  if (bytes.length > whole) {
    for (let at = bytes.length - 1; at >= whole; at--) hash ^= bytes[at]! << (8 * (at - whole));
    hash = Math.imul(hash, factor);
  }
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return (hash ^ (hash >>> 15)) >>> 0;
}
