import { assert, assertEquals } from "../../tests/assert.ts";
import { Connections } from "./connections.ts";
import { STANDARD_LIMITS, type WebLimits } from "./limits.ts";

class Peer {
  isOpen = true;
  constructor(readonly remoteAddress: string, readonly remotePort: number) {}
  destroy(): void {
    this.isOpen = false;
  }
}

/** `began` of a server on which this one has room. */
function began(connections: Connections, peer: Peer) {
  const underWay = connections.began(peer);
  assert(underWay && !underWay.isRefused);
  return underWay;
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
  began(connections, used).over();
  pass(10);
  assertEquals([silent.isOpen, used.isOpen], [false, true]);
  pass(89);
  assertEquals(used.isOpen, true);
  const { over } = began(connections, used);
  pass(49);
  over();
  pass(99);
  assertEquals(used.isOpen, true);
  began(connections, used);
  pass(50);
  assertEquals(used.isOpen, false);
  assertEquals(connections.counters, {
    open: 0,
    accepted: 2,
    crowdedOut: 0,
    timedOut: 2,
    refused: 0,
  });
});

Deno.test("requests beside each other on one connection are timed one by one", () => {
  const { connections, open, pass } = made({ requestMs: 50 });
  const { peer } = open();
  let { over } = began(connections, peer);
  for (let i = 0; i < 10; i++) {
    pass(40);
    const next = began(connections, peer);
    over();
    over = next.over;
  }
  assertEquals([peer.isOpen, connections.active], [true, 1]);
});

Deno.test("where there are too many connections, one that was idle for longest makes room", () => {
  const { connections, open, pass } = made({ maxConnections: 3 });
  const working = open().peer, first = open().peer, second = open().peer;
  began(connections, working).received();
  pass(1);
  began(connections, first).over();
  open();
  assertEquals([working.isOpen, first.isOpen, second.isOpen], [true, true, false]);
  began(connections, first).received();
  const last = open();
  began(connections, last.peer).received();
  const refused = open();
  assertEquals([refused.closed, refused.peer.isOpen, last.peer.isOpen], [undefined, false, true]);
  assertEquals(connections.counters, {
    open: 3,
    accepted: 5,
    crowdedOut: 3,
    timedOut: 0,
    refused: 0,
  });
});

Deno.test("a client that keeps requests waiting makes room where all connections have some", () => {
  const { connections, open, pass } = made({ maxConnections: 3 });
  const judged = open().peer, slow = open().peer, slower = open().peer;
  began(connections, judged).received();
  began(connections, slower);
  pass(1);
  began(connections, slow);
  const fresh = open().peer;
  assertEquals([judged.isOpen, slow.isOpen, slower.isOpen], [true, true, false]);
  pass(1);
  // Not one that has just come and had no time to ask.
  open();
  assertEquals([judged.isOpen, slow.isOpen, fresh.isOpen], [true, false, true]);
});

Deno.test("there are no more requests than may be, and who brings his to an end goes on", () => {
  const { connections, open, pass } = made({ maxRequests: 4, maxRequestsOfConnection: 3 });
  const honest = open().peer, attacker = open().peer;
  for (let i = 0; i < 4; i++) connections.began(attacker, { isHttp2: true });
  assertEquals([connections.active, connections.counters.refused], [4, 1]);
  pass(1);
  const { received, mayAnswer, over } = began(connections, honest);
  received();
  assertEquals([connections.active, attacker.isOpen], [1, false]);
  const others = [open().peer, open().peer];
  for (const peer of [...others, ...others]) began(connections, peer);
  assertEquals([connections.active, others.map(({ isOpen }) => isOpen)], [3, [false, true]]);
  pass(1);
  assertEquals([mayAnswer(1), honest.isOpen], [true, true]);
  over();
  assertEquals(connections.active, 2);
});

Deno.test("where all requests wait for us, another one is refused and nobody is cut off", () => {
  const { connections, open } = made({ maxRequests: 2 });
  const { peer } = open(), other = open().peer;
  for (let i = 0; i < 2; i++) began(connections, peer).received();
  const only = began(connections, other);
  only.received();
  const second = connections.began(other);
  assertEquals([only.isRefused, second?.isRefused, connections.active], [false, true, 4]);
  connections.began(peer);
  assertEquals([peer.isOpen, other.isOpen], [true, false]);
});

Deno.test("who asks four times as much as a connection may loses it, at once without HTTP/2", () => {
  const { connections, open } = made({ maxRequestsOfConnection: 2, maxPipelined: 2 });
  const { peer } = open();
  const asked = Array.from(
    { length: 10 },
    () => connections.began(peer, { isHttp2: true })?.isRefused,
  );
  assertEquals(asked, [false, false, ...Array(6).fill(true), undefined, undefined]);
  const other = open().peer;
  const plain = Array.from({ length: 3 }, () => connections.began(other)?.isRefused);
  assertEquals(plain, [false, false, undefined]);
  assertEquals([peer.isOpen, other.isOpen, connections.counters.crowdedOut], [false, false, 2]);
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
  const asked = began(connections, first.peer);
  assertEquals(asked.mayAnswer(2_000_000), true);
  assertEquals(began(connections, peer).mayAnswer(20_000), false);
  assertEquals(began(connections, peer).mayAnswer(10_000), true);
  first.closed!();
  assertEquals(began(connections, peer).mayAnswer(500_000), true);
  const { mayAnswer, over } = began(connections, peer);
  assertEquals([mayAnswer(500_000), mayAnswer(400_000)], [false, true]);
  over();
  assertEquals(began(connections, peer).mayAnswer(400_000), true);
});
