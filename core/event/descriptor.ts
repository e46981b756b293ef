/** Files and sockets as events speak of them. */
import type { Sight } from "./sight.ts";

/**
 * Which of the names of a file a rule sees: as the program gave it (joined with its directory and
 * normalized, Falco's meaning), or as the kernel resolved it.
 */
export type View = "given" | "resolved";

/** One path an event names, in up to three spellings. */
export interface NamedPath {
  /** Bytes as the program passed them, decoded. */
  readonly raw: string;
  /** `raw` joined with the directory it is relative to, `.` and `..` removed without looking at the disk. */
  readonly given: string;
  /** The kernel's own path of the file reached; absent when the call failed or nothing was resolved. */
  readonly resolved: string | undefined;
  /**
   * Notes of the judge, one for each view. Only where the source hands out the same object whenever
   * the same path comes again.
   */
  readonly sights?: Readonly<Record<View, Sight>>;
}

/** A text as it stands in memory; borrowed as its event is. */
export interface TextBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Both ends of a connection as the kernel knows them. */
export interface SocketTuple {
  readonly family: "ipv4" | "ipv6" | "unix" | "other";
  /** 4 or 16 bytes for IP families, absent otherwise. */
  readonly localAddress: Uint8Array | undefined;
  readonly remoteAddress: Uint8Array | undefined;
  readonly localPort: number;
  readonly remotePort: number;
  /** Unix sockets: name of the node, `@…` for abstract ones. */
  readonly path: string | undefined;
  /** How it prints, where the source says so; absent: client first, then server. */
  readonly text?: string;
  /** Of what is moved: it prints with where it comes from first; absent: who called comes first. */
  readonly direction?: "outgoing" | "incoming";
  /** It has two ends, be one of them 0.0.0.0:0; absent: one that lacks a peer waits for others. */
  readonly isConnection?: boolean;
}

/**
 * `fd.typechar`, upstream's letters: f file, d directory, 4 IPv4, 6 IPv6, u unix socket, p pipe,
 * e eventfd, m memfd, b bpf, i inotify, t timerfd, s signalfd, l eventpoll, r io_uring, x userfault,
 * P pidfd, n netlink, o other.
 */
export type TypeChar = string;

export interface FileDescriptor {
  /** Descriptor number; -1 when the call that should have made it failed. */
  readonly number: number;
  readonly typeChar: TypeChar;
  /** Absent for sockets. */
  readonly path: NamedPath | undefined;
  /** Absent for files. */
  readonly socket: SocketTuple | undefined;
  /** "tcp" | "udp" | "icmp" | "raw"; absent for files. */
  readonly protocol: string | undefined;
  /** For IP sockets: whether this host accepted the connection (server) or made it; decides client/server fields. */
  readonly role: "client" | "server" | undefined;
  readonly connected: boolean | undefined;
  readonly inode: bigint | undefined;
  /** dev_t as the kernel packs it: major << 20 | minor. */
  readonly device: number | undefined;
  /** Open flags in upstream's `file_flags` encoding. */
  readonly flags: number;
  readonly onOverlayUpper: boolean;
  /** This host is at the connection's server end, where that does not follow from `role`. */
  readonly isServer?: boolean;
  /** False: nobody saw it being made, so there is nothing but its number. */
  readonly known?: boolean;
}
