/** What a descriptor of a capture stands for. */
import type { FileDescriptor, NamedPath, SocketTuple, TypeChar } from "../event/mod.ts";
import type { NamedDescriptorType } from "../scap/mod.ts";
import { type Endpoint, endText } from "./_addresses.ts";
import type { NetworkInterfaces } from "./interfaces.ts";

export type DescriptorKind =
  | NamedDescriptorType
  | "file"
  | "ipv4"
  | "ipv6"
  /** Sockets that are bound, and wait for others. */
  | "ipv4Server"
  | "ipv6Server"
  | "unix"
  /** It came into being, but not as what. */
  | "unknown";

const TYPE_CHARS: Readonly<Record<DescriptorKind, TypeChar>> = {
  file: "f",
  oldFile: "f",
  directory: "d",
  ipv4: "4",
  ipv6: "6",
  ipv4Server: "4",
  ipv6Server: "6",
  unix: "u",
  fifo: "p",
  event: "e",
  signalfd: "s",
  eventpoll: "l",
  inotify: "i",
  timerfd: "t",
  netlink: "n",
  bpf: "b",
  userfaultfd: "x",
  io_uring: "r",
  memfd: "m",
  pidfd: "P",
  unsupported: "X",
  unknown: "o",
};

/** Numbers of captures: 0 unknown, 1 none. */
const PROTOCOLS = [undefined, undefined, "tcp", "udp", "icmp", "raw"] as const;
export const UDP = 3, TCP = 2, ICMP = 4, RAW = 5;

/** Bits of the flag table "file_flags". */
export const O_WRONLY = 0x2, O_DIRECTORY = 0x400, O_CLOEXEC = 0x1000, O_TMPFILE = 0x2000;
const FD_UPPER_LAYER = 0x8000;
const EPOLL_CLOEXEC = 1, MFD_CLOEXEC = 1;

/** The ends of a connection, and of a server socket the one it has, as its destination. */
export interface Ends {
  readonly source: Endpoint | undefined;
  readonly destination: Endpoint;
}

export interface DescriptorFacts {
  readonly kind: DescriptorKind;
  readonly path?: NamedPath | undefined;
  /** Open flags, with what upstream adds to them. */
  readonly flags?: number;
  /** As user space encodes it (new_encode_dev). */
  readonly encodedDevice?: number;
  /** Its bits, as signed or unsigned numbers of 32. */
  readonly inodeLow?: number;
  readonly inodeHigh?: number;
  readonly ends?: Ends | undefined;
  readonly protocolNumber?: number;
  readonly side?: "client" | "server" | undefined;
  readonly connected?: boolean;
  /** What sockets are called. */
  readonly name?: string;
  /** In place of a name: both ends make one, as `connectionText` has it, once somebody asks. */
  readonly isNamedByEnds?: boolean;
  readonly interfaces?: NetworkInterfaces | undefined;
  /** Of a pidfd. */
  readonly processId?: number;
}

/**
 * All but the number: one path is opened under many. Never changes; what happens to a descriptor makes
 * another one.
 */
export class Descriptor implements Omit<FileDescriptor, "number">, DescriptorFacts {
  readonly typeChar: TypeChar;
  #name: string | undefined;
  #socket: SocketTuple | undefined;

  /** In positions, because nothing is made as often; everybody else calls `of`. */
  constructor(
    readonly kind: DescriptorKind,
    readonly path: NamedPath | undefined,
    readonly flags: number,
    readonly encodedDevice: number,
    readonly inodeLow: number,
    readonly inodeHigh: number,
    name: string | undefined,
    readonly ends: Ends | undefined = undefined,
    readonly protocolNumber = 0,
    readonly side: "client" | "server" | undefined = undefined,
    readonly connected = false,
    readonly interfaces: NetworkInterfaces | undefined = undefined,
    readonly processId = 0,
  ) {
    this.typeChar = TYPE_CHARS[kind];
    this.#name = name;
  }

  static of(facts: DescriptorFacts): Descriptor {
    return new Descriptor(
      facts.kind,
      facts.path,
      facts.flags ?? 0,
      facts.encodedDevice ?? 0,
      facts.inodeLow ?? 0,
      facts.inodeHigh ?? 0,
      facts.isNamedByEnds ? undefined : facts.name ?? facts.path?.given ?? "",
      facts.ends,
      facts.protocolNumber,
      facts.side,
      facts.connected,
      facts.interfaces,
      facts.processId,
    );
  }

  with(changes: Partial<DescriptorFacts>): Descriptor {
    const hasOtherEnds = "ends" in changes || changes.protocolNumber !== undefined;
    return new Descriptor(
      changes.kind ?? this.kind,
      changes.path ?? this.path,
      changes.flags ?? this.flags,
      changes.encodedDevice ?? this.encodedDevice,
      changes.inodeLow ?? this.inodeLow,
      changes.inodeHigh ?? this.inodeHigh,
      changes.isNamedByEnds ? undefined : changes.name ?? (hasOtherEnds ? this.name : this.#name),
      "ends" in changes ? changes.ends : this.ends,
      changes.protocolNumber ?? this.protocolNumber,
      changes.side ?? this.side,
      changes.connected ?? this.connected,
      changes.interfaces ?? this.interfaces,
      changes.processId ?? this.processId,
    );
  }

  /** "" when it has none. */
  get name(): string {
    return this.#name ??= connectionText(this.ends!, this.protocolNumber);
  }

  get hasName(): boolean {
    return this.#name !== "";
  }

  /** Of what it is called by now, in UTF-16 units. */
  get nameLength(): number {
    return this.#name?.length ?? 0;
  }

  get inode(): bigint {
    return BigInt(this.inodeHigh >>> 0) << 32n | BigInt(this.inodeLow >>> 0);
  }

  /** As the kernel packs it. */
  get device(): number {
    const encoded = this.encodedDevice;
    const major = (encoded & 0xfff00) >>> 8;
    const minor = (encoded & 0xff) | ((encoded >>> 12) & 0xfff00);
    return (major << 20 | minor) >>> 0;
  }

  get onOverlayUpper(): boolean {
    return (this.flags & FD_UPPER_LAYER) !== 0;
  }

  get closesOnExec(): boolean {
    return (this.flags & O_CLOEXEC) !== 0 ||
      this.kind === "eventpoll" && (this.flags & EPOLL_CLOEXEC) !== 0 ||
      this.kind === "memfd" && (this.flags & MFD_CLOEXEC) !== 0;
  }

  get isIp(): boolean {
    return this.typeChar === "4" || this.typeChar === "6";
  }

  get isServerSocket(): boolean {
    return this.kind === "ipv4Server" || this.kind === "ipv6Server";
  }

  get protocol(): string | undefined {
    return PROTOCOLS[this.protocolNumber];
  }

  /**
   * Who connected is the client; the fields want to know which of the two this host is, so the role is
   * the client's where the client has an address of this host.
   */
  get role(): "client" | "server" | undefined {
    if (this.side === undefined || !this.ends?.source) return this.side;
    return this.#isLocal(this.ends.source) ? "client" : "server";
  }

  /** Of connections: the one who was connected to is on this host, whoever else is. */
  get isServer(): boolean {
    if (this.isServerSocket) return true;
    return this.isIp && this.ends !== undefined && this.#isLocal(this.ends.destination);
  }

  get socket(): SocketTuple | undefined {
    if (!this.isIp && this.kind !== "unix") return undefined;
    return this.#socket ??= this.kind === "unix"
      ? new ShownSocket("unix", this, undefined, undefined)
      : this.#makeSocket();
  }

  #makeSocket(): SocketTuple {
    const family = this.typeChar === "4" ? "ipv4" : "ipv6";
    const { ends } = this;
    if (!ends) return new ShownSocket(family, this, undefined, undefined);
    const { source, destination } = ends;
    if (!source) return new ShownSocket(family, this, destination, undefined);
    return this.#isLocal(source)
      ? new ShownSocket(family, this, source, destination)
      : new ShownSocket(family, this, destination, source);
  }

  #isLocal({ address }: Endpoint): boolean {
    return this.interfaces?.isLocal(address) ?? false;
  }
}

/** Both ends as fields ask for them; how they print is found out when somebody wants to know. */
class ShownSocket implements SocketTuple {
  constructor(
    readonly family: "ipv4" | "ipv6" | "unix",
    readonly of: Descriptor,
    readonly local: Endpoint | undefined,
    readonly remote: Endpoint | undefined,
  ) {}

  get localAddress(): Uint8Array | undefined {
    return this.local?.address;
  }

  get remoteAddress(): Uint8Array | undefined {
    return this.remote?.address;
  }

  get localPort(): number {
    return this.local?.port ?? 0;
  }

  get remotePort(): number {
    return this.remote?.port ?? 0;
  }

  get path(): string | undefined {
    return this.family === "unix" ? this.of.name : undefined;
  }

  get text(): string {
    return this.of.name;
  }

  get isConnection(): boolean {
    return this.remote !== undefined;
  }
}

/** A descriptor with its number, as events show it; reused, so valid as long as the event. */
export class ShownDescriptor implements FileDescriptor {
  constructor(public number: number, public of: Descriptor) {}

  get typeChar(): TypeChar {
    return this.of.typeChar;
  }

  get path(): NamedPath | undefined {
    return this.of.path;
  }

  get socket(): SocketTuple | undefined {
    return this.of.socket;
  }

  get protocol(): string | undefined {
    return this.of.protocol;
  }

  get role(): "client" | "server" | undefined {
    return this.of.role;
  }

  get connected(): boolean {
    return this.of.connected;
  }

  get inode(): bigint {
    return this.of.inode;
  }

  get device(): number {
    return this.of.device;
  }

  get flags(): number {
    return this.of.flags;
  }

  get onOverlayUpper(): boolean {
    return this.of.onOverlayUpper;
  }

  get isServer(): boolean {
    return this.of.isServer;
  }

  get known(): boolean {
    return true;
  }
}

/** How a connection prints, by its protocol; libs userspace/libsinsp/utils.cpp sockinfo_to_str. */
export function connectionText({ source, destination }: Ends, protocolNumber: number): string {
  if (!source) return endText(destination);
  switch (protocolNumber) {
    case TCP:
    case UDP:
      return `${endText(source)}->${endText(destination)}`;
    case ICMP:
    case RAW: {
      const without = (end: Endpoint) => endText(end).slice(0, endText(end).lastIndexOf(":"));
      return `${without(source)}->${without(destination)}`;
    }
    default:
      return "<unknown>";
  }
}
