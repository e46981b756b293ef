import { assertEquals } from "../../tests/assert.ts";
import { capture, type GivenEvent, process } from "../../tests/made_captures.ts";
import type { FileDescriptor, SocketTuple } from "../event/mod.ts";
import { encodeParam, memoryInput, ScapReader } from "../scap/mod.ts";
import { recordedState, sinkInto } from "./recorded_state.ts";
import { Replay } from "./replay.ts";

const HOST = Uint8Array.of(10, 0, 0, 1), PEER = Uint8Array.of(10, 0, 0, 2);
const INET = 2, STREAM = 1, DGRAM = 2, UDP = 17;

function tuple(localPort: number, remotePort: number, role: "client" | "server"): Uint8Array {
  const socket: SocketTuple = {
    family: "ipv4",
    localAddress: HOST,
    localPort,
    remoteAddress: PEER,
    remotePort,
    path: undefined,
  };
  return encodeParam("SOCKTUPLE", socket, role)!;
}

const socket = (type: number, proto = 0): GivenEvent => ({
  type: "socket",
  params: { fd: 3, domain: INET, type, proto },
});
const send: GivenEvent = { type: "write", params: { res: 4, fd: 3, size: 4 } };

/** Name and protocol of the descriptor of each event. */
function sockets(events: readonly GivenEvent[]): Promise<unknown[]> {
  return descriptors(events, ({ socket, protocol } = {}) => [socket?.text, protocol]);
}

async function descriptors(
  events: readonly GivenEvent[],
  look: (descriptor?: Partial<FileDescriptor>) => unknown,
): Promise<unknown[]> {
  const found: unknown[] = [];
  const state = recordedState();
  const replay = new Replay(sinkInto(state, (event) => {
    state.begin(event);
    found.push(look(event.descriptor));
    state.end(event);
  }));
  using reader = new ScapReader(memoryInput(await capture([process(10, "curl")], events)));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") return found;
    else replay.take(item);
  }
}

Deno.test("a socket that connects is called by both ends", async () => {
  const connect = {
    type: "connect",
    params: { res: 0, fd: 3, tuple: tuple(40_000, 443, "client") },
  };
  const name = "10.0.0.1:40000->10.0.0.2:443";
  const found = await sockets([socket(STREAM), connect, send]);
  assertEquals(found.slice(1), [[name, "tcp"], [name, "tcp"]]);
});

Deno.test("a connection that is under way counts, one that failed does not", async () => {
  const connect = (res: number) => ({
    type: "connect",
    params: { res, fd: 3, tuple: tuple(40_000, 443, "client") },
  });
  const [, refused, , underWay] = await sockets([
    socket(STREAM),
    connect(-111),
    socket(STREAM),
    connect(-115),
  ]) as [unknown, unknown[], unknown, unknown[]];
  assertEquals([refused[0], underWay[0]], ["", "10.0.0.1:40000->10.0.0.2:443"]);
});

Deno.test("a connection from nowhere is one all the same, what is only bound is none", async () => {
  const nowhere: SocketTuple = {
    family: "ipv4",
    localAddress: new Uint8Array(4),
    localPort: 0,
    remoteAddress: PEER,
    remotePort: 443,
    path: undefined,
  };
  const bound = {
    ...nowhere,
    localAddress: HOST,
    localPort: 80,
    remotePort: 0,
    remoteAddress: undefined,
  };
  const addr = encodeParam("SOCKADDR", bound)!;
  const connection = encodeParam("SOCKTUPLE", nowhere, "client")!;
  const found = await descriptors([
    socket(STREAM),
    { type: "connect", params: { res: 0, fd: 3, tuple: connection } },
    socket(STREAM),
    { type: "bind", params: { res: 0, fd: 3, addr } },
  ], ({ socket } = {}) => socket?.isConnection);
  assertEquals([found[1], found[3]], [true, false]);
});

Deno.test("what accept makes is called with the caller first", async () => {
  const accept = {
    type: "accept4",
    params: { fd: 5, tuple: tuple(80, 40_000, "server"), queuelen: 1, queuemax: 5 },
  };
  assertEquals(await sockets([accept]), [["10.0.0.2:40000->10.0.0.1:80", "tcp"]]);
});

Deno.test("a datagram may go to somebody else each time", async () => {
  const sendTo = (port: number) => ({
    type: "sendto",
    params: { res: 4, fd: 3, size: 4, tuple: tuple(5000, port, "client") },
  });
  const names = (await sockets([socket(DGRAM, UDP), sendTo(53), sendTo(123)]) as string[][])
    .map(([name]) => name);
  assertEquals(names.slice(1), ["10.0.0.1:5000->10.0.0.2:53", "10.0.0.1:5000->10.0.0.2:123"]);
});

Deno.test("what is bound to any address of IPv6 is one of IPv4, as in Falco", async () => {
  const addr = Uint8Array.of(10, ...new Uint8Array(16), 0x90, 0x1f);
  const events = [
    { type: "socket", params: { fd: 3, domain: 10, type: STREAM } },
    { type: "bind", params: { res: 0, fd: 3, addr } },
  ];
  const kinds: unknown[] = [];
  const state = recordedState();
  const replay = new Replay(sinkInto(state, ({ descriptor }) => {
    kinds.push([descriptor?.typeChar, descriptor?.socket?.text]);
  }));
  using reader = new ScapReader(memoryInput(await capture([process(10, "nginx")], events)));
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    if (item.kind === "more") await reader.fill();
    else if (item.kind !== "fault") replay.take(item);
  }
  assertEquals(kinds[1], ["4", ":::8080"]);
});
