/** Numbers of devices as the kernel packs them inside. linux v6.8 include/linux/kdev_t.h */

const MINOR_BITS = 20;

/** The upper 12 bits. */
export function majorOf(device: number): number {
  return device >>> MINOR_BITS;
}

/** The lower 20 bits. */
export function minorOf(device: number): number {
  return device & ((1 << MINOR_BITS) - 1);
}

/** As stat(2) tells it to programs, and upstream to rules. */
export function encodeDevice(device: number): number {
  const minor = minorOf(device);
  return ((minor & 0xff) | (majorOf(device) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}
