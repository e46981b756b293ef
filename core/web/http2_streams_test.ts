import { assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { frame, postHead } from "../../tests/web_server.ts";
import { OpenStreams, StreamRoom } from "./http2_streams.ts";

const PREFACE = [...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")];
const RESET = [0, 0, 0, 8];
const END_HEADERS = 4, END_STREAM = 1;

Deno.test("OpenStreams counts what clients begin and who ends it, in pieces of any size", () => {
  const sent = [
    ...PREFACE,
    ...frame(4, 0, [0, 3, 0, 0, 0, 9]),
    ...postHead(1, "/"),
    ...postHead(3, "/"),
    ...frame(0, 1, Array(300).fill(9)),
    ...frame(1, 5, [1, 2, 3], 0), // its headers go on
    ...frame(9, 5, [1], 0),
    ...frame(9, 5, [], END_HEADERS),
    ...frame(3, 3, RESET),
    ...frame(1, 1, [1], END_HEADERS | END_STREAM), // trailers
  ];
  const answered = [
    ...frame(4, 0, [0, 3, 0, 0, 0, 9]),
    ...frame(7, 0, [0, 0, 0, 5, 0, 0, 0, 11, 7, 7, 7]),
    ...frame(1, 5, [0x88], END_HEADERS),
    ...frame(0, 5, [7, 7], 0),
    ...frame(0, 5, [], END_STREAM),
    ...frame(3, 1, RESET),
  ];
  const random = new Random(3);
  for (let round = 0; round < 100; round++) {
    const streams = new OpenStreams();
    const say = (bytes: readonly number[], take: (bytes: Uint8Array) => void) => {
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random.below(20);
        take(new Uint8Array(bytes.slice(at, at += size)));
      }
    };
    say(sent, (bytes) => streams.sent(bytes));
    assertEquals(streams.size, 2);
    say(answered, (bytes) => streams.received(bytes));
    assertEquals([streams.size, streams.sentAway], [0, 11]);
  }
});

Deno.test("OpenStreams takes whatever comes", () => {
  const random = new Random(4);
  const noise = () =>
    Uint8Array.from({ length: 500 }, () => random.below(random.pick([2, 10, 256])));
  for (let round = 0; round < 200; round++) {
    const streams = new OpenStreams();
    streams.sent(noise());
    streams.received(noise());
  }
});

Deno.test("StreamRoom has what is too much wait, in its order", () => {
  const room = new StreamRoom(10);
  const served: string[] = [];
  const take = (name: string, count: number) => room.take(count, () => served.push(name));
  take("a", 6);
  take("b", 5);
  take("c", 1);
  assertEquals(served, ["a"]);
  room.free(1);
  assertEquals(served, ["a", "b"]);
  room.free(5);
  assertEquals(served, ["a", "b", "c"]);
  room.free(6);
  take("larger than all", 20);
  take("d", 1);
  take("nothing", 0);
  assertEquals(served.slice(3), ["larger than all", "nothing"]);
  room.free(20);
  assertEquals(served.slice(5), ["d"]);
});

Deno.test("StreamRoom has none for who is gone, and others come before", () => {
  const room = new StreamRoom(10);
  const served: string[] = [];
  const take = (name: string, count: number) => room.take(count, () => served.push(name));
  const leaveA = take("a", 9);
  const leaveB = take("b", 5);
  take("c", 1);
  leaveB();
  assertEquals(served, ["a", "c"]);
  leaveA(); // has its room, which is freed as ever
  leaveB();
  room.free(10);
  take("d", 10);
  assertEquals(served, ["a", "c", "d"]);
});
