/** Sockets that are made. */
import { Descriptor, type Ends, ICMP, RAW, TCP, UDP } from "./descriptor.ts";
import type { Follower, Handler } from "./follower.ts";
import type { NetworkInterfaces } from "./interfaces.ts";
import type { ReplayEvent } from "./replay_event.ts";
import type { ReplayThread } from "./threads.ts";

const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
const SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_TYPE_MASK = 0xff;
const IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_RAW = 255;
const UNSPECIFIED_V4 = new Uint8Array(4), UNSPECIFIED_V6 = new Uint8Array(16);

export interface NewSocket {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  readonly flags: number;
}

export function makeSocket(
  { domain, type, protocol, flags }: NewSocket,
  interfaces: NetworkInterfaces,
): Descriptor {
  const base = { flags, interfaces };
  switch (domain) {
    case AF_UNIX:
      return Descriptor.of({ ...base, kind: "unix" });
    case AF_INET:
    case AF_INET6:
      return Descriptor.of({
        ...base,
        kind: domain === AF_INET ? "ipv4" : "ipv6",
        ends: unspecifiedEnds(domain === AF_INET ? "ipv4" : "ipv6"),
        protocolNumber: protocolOf(type, protocol),
      });
    case AF_NETLINK:
      return Descriptor.of({ ...base, kind: "netlink" });
    default:
      return Descriptor.of({ ...base, kind: "unknown" });
  }
}

function protocolOf(type: number, protocol: number): number {
  const raw = type === SOCK_RAW;
  switch (protocol) {
    case IPPROTO_TCP:
      return raw ? RAW : TCP;
    case IPPROTO_UDP:
      return raw ? RAW : UDP;
    case IPPROTO_ICMP:
      return raw ? RAW : ICMP;
    case IPPROTO_RAW:
      return RAW;
    case IPPROTO_IP: {
      const kind = type & SOCK_TYPE_MASK;
      return kind === SOCK_STREAM ? TCP : kind === SOCK_DGRAM ? UDP : 0;
    }
    default:
      return 0;
  }
}

export function unspecifiedEnds(family: "ipv4" | "ipv6"): Ends {
  const address = family === "ipv4" ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
  return { source: { address, port: 0 }, destination: { address, port: 0 } };
}

export const socket: Handler = (event, thread, follower) => {
  const { scap } = event;
  const number = scap.paramSigned(0) ?? 0;
  if (number < 0) return;
  const made = makeSocket({
    domain: scap.paramUnsigned(1) ?? 0,
    type: scap.paramUnsigned(2) ?? 0,
    protocol: scap.paramUnsigned(3) ?? 0,
    flags: scap.paramUnsigned(4) ?? 0,
  }, follower.interfaces);
  follower.open(event, thread, number, made);
};

/** The two ends are called nothing; the first is the one that the event shows. */
export const socketpair: Handler = (event, thread, follower) => {
  const { scap } = event;
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  const first = scap.paramSigned(1) ?? -1, second = scap.paramSigned(2) ?? -1;
  if (first === second) return;
  const kind = "unix" as const;
  // Falco shows the first under the number of the second.
  const shown = Descriptor.of({ kind });
  follower.open(event, thread, first, shown);
  follower.open(event, thread, second, Descriptor.of({ kind }));
  event.found = shown;
};

/** Nobody saw the socket being made; that somebody sends with an address makes it a datagram's. */
export function inferSocket(
  event: ReplayEvent,
  thread: ReplayThread,
  follower: Follower,
): Descriptor | undefined {
  const { scap } = event;
  const domain = scap.paramLength(4) === 0 ? 0 : scap.bytes[scap.paramStart(4)]!;
  if (domain !== AF_INET && domain !== AF_INET6) return undefined;
  const made = makeSocket(
    { domain, type: SOCK_DGRAM, protocol: IPPROTO_UDP, flags: 0 },
    follower.interfaces,
  );
  follower.open(event, thread, event.descriptorNumber, made);
  return made;
}
