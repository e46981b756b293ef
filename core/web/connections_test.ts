import { assertEquals } from "../../tests/assert.ts";
import { Connections } from "./connections.ts";
import { STANDARD_LIMITS, type WebLimits } from "./limits.ts";

class Peer {
  isOpen = true;
  constructor(readonly remoteAddress: string, readonly remotePort: number) {}
  destroy(): void {
    this.isOpen = false;
  }
}

function made(limits: Partial<WebLimits>) {
  let nowMs = 0;
  const connections = new Connections({ ...STANDARD_LIMITS, ...limits }, () => nowMs);
  let port = 0;
  const open = (address = "10.0.0.1") => {
    const peer = new Peer(address, ++port);
    return { peer, closed: connections.opened(peer) };
  };
  const pass = (ms: number) => {
    nowMs += ms;
    connections.sweep();
  };
  return { connections, open, pass };
}

Deno.test("a connection has some time for its first request, and more between two", () => {
  const { connections, open, pass } = made({ firstRequestMs: 10, idleMs: 100, requestMs: 50 });
  const silent = open().peer, used = open().peer;
  connections.began(used).over();
  pass(10);
  assertEquals([silent.isOpen, used.isOpen], [false, true]);
  pass(89);
  assertEquals(used.isOpen, true);
  const { over } = connections.began(used);
  pass(49);
  over();
  pass(99);
  assertEquals(used.isOpen, true);
  connections.began(used);
  pass(50);
  assertEquals(used.isOpen, false);
  assertEquals(connections.counters, { open: 0, accepted: 2, crowdedOut: 0, timedOut: 2 });
});

Deno.test("requests beside each other on one connection are timed one by one", () => {
  const { connections, open, pass } = made({ requestMs: 50 });
  const { peer } = open();
  let { over } = connections.began(peer);
  for (let i = 0; i < 10; i++) {
    pass(40);
    const next = connections.began(peer);
    over();
    over = next.over;
  }
  assertEquals([peer.isOpen, connections.active], [true, 1]);
});

Deno.test("where there are too many connections, the one idle for longest makes room", () => {
  const { connections, open, pass } = made({ maxConnections: 3 });
  const working = open().peer, first = open().peer, second = open().peer;
  connections.began(working);
  pass(1);
  connections.began(first).over();
  open();
  assertEquals([working.isOpen, first.isOpen, second.isOpen], [true, true, false]);
  connections.began(first);
  const last = open();
  connections.began(last.peer);
  const refused = open();
  assertEquals([refused.closed, refused.peer.isOpen, last.peer.isOpen], [undefined, false, true]);
  assertEquals(connections.counters, { open: 3, accepted: 5, crowdedOut: 3, timedOut: 0 });
});

Deno.test("one address may not take all connections", () => {
  const { connections, open } = made({ maxConnections: 100, maxConnectionsOfAddress: 2 });
  const other = open("10.0.0.2").peer, first = open().peer;
  const second = open();
  open();
  assertEquals([other.isOpen, first.isOpen, second.peer.isOpen], [true, false, true]);
  second.closed?.();
  second.closed?.();
  assertEquals(connections.counters.open, 2);
  connections.end("all");
  assertEquals([connections.counters.open, other.isOpen], [0, false]);
});

Deno.test("answers that nobody takes have a bound, and go with their connection", () => {
  const { connections, open } = made({ maxAnswerBytes: 1_000_000 });
  const first = open(), { peer } = open();
  const asked = connections.began(first.peer);
  assertEquals(asked.mayAnswer(2_000_000), true);
  assertEquals(connections.began(peer).mayAnswer(20_000), false);
  assertEquals(connections.began(peer).mayAnswer(10_000), true);
  first.closed!();
  assertEquals(connections.began(peer).mayAnswer(500_000), true);
  const { mayAnswer, over } = connections.began(peer);
  assertEquals([mayAnswer(500_000), mayAnswer(400_000)], [false, true]);
  over();
  assertEquals(connections.began(peer).mayAnswer(400_000), true);
});
