/** Datagrams to a socket in the file system, as syslog(3) sends them; Deno only has its own end of them. */
import { cString, errno, errorText, openLibc } from "./libc.ts";

/** linux include/linux/socket.h, include/linux/net.h */
const AF_UNIX = 1, SOCK_DGRAM = 2, SOCK_NONBLOCK = 0o4000, SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** sockaddr_un: two bytes of family, then the path with a NUL. unix(7) */
const ADDRESS_BYTES = 110;
const PATH_AT = 2;

/** errno(3): the numbers that mean the same on x86-64 and arm64. */
const CODES = {
  2: "missing",
  11: "full",
  13: "forbidden",
  90: "too-long",
  91: "other-type",
  105: "full",
  107: "gone",
  111: "gone",
} as const;

/**
 * - `missing`: there is no such socket;
 * - `other-type`: it is one of streams;
 * - `gone`: nobody reads from it any more;
 * - `full`: its reader is behind, a later try may do;
 * - `too-long`: the kernel takes no datagram of this size.
 */
export type SocketErrorCode = typeof CODES[keyof typeof CODES] | "other";

export class SocketError extends Error {
  override readonly name = "SocketError";

  constructor(readonly code: SocketErrorCode, message: string) {
    super(message);
  }
}

/** Never waits. */
export class UnixDatagram implements Disposable {
  #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Throws `SocketError`; `NativeError` where native libraries may not be called. */
  static connect(path: string): UnixDatagram {
    const libc = openLibc();
    const name = cString(path);
    if (PATH_AT + name.length > ADDRESS_BYTES) {
      throw new SocketError("other", "the path is too long for a socket");
    }
    const address = new Uint8Array(PATH_AT + name.length);
    new DataView(address.buffer).setUint16(0, AF_UNIX, true);
    address.set(name, PATH_AT);
    const descriptor = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw lastError();
    if (libc.connect(descriptor, address, address.length) === 0) {
      return new UnixDatagram(descriptor);
    }
    const error = lastError();
    libc.close(descriptor);
    throw error;
  }

  /** Throws `SocketError`; all of it is sent or nothing. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    const { send } = openLibc();
    if (Number(send(this.#descriptor, bytes, BigInt(bytes.length), MSG_NOSIGNAL)) < 0) {
      throw lastError();
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor >= 0) openLibc().close(this.#descriptor);
    this.#descriptor = -1;
  }
}

function lastError(): SocketError {
  const number = errno();
  const code = Object.hasOwn(CODES, number) ? CODES[number as keyof typeof CODES] : "other";
  return new SocketError(code, errorText(number));
}
