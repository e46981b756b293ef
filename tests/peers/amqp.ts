/** Bytes of AMQP 0-9-1 as tests write them down, and a server that says what a test wants. */
import { createServer, type Socket } from "node:net";
import { listening } from "../http_servers.ts";

/** A method as a frame; `content` behind the numbers of its class and of itself. */
export function method(
  channel: number,
  ids: readonly [number, number],
  content: readonly number[] = [],
) {
  return frame(1, channel, [0, ids[0], 0, ids[1], ...content]);
}

export function frame(kind: number, channel: number, payload: readonly number[]) {
  const { length } = payload;
  const size = [length >>> 24, length >>> 16, length >>> 8, length].map((byte) => byte & 0xff);
  return new Uint8Array([kind, 0, channel, ...size, ...payload, 0xce]);
}

export const shortText = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length, ...bytes];
};
export const longText = (text: string) => [0, 0, 0, ...shortText(text)];

const START = method(0, [10, 10], [
  ...[0, 9, 0, 0, 0, 0],
  ...longText("PLAIN"),
  ...longText("en_US"),
]);

/** What a server answers to methods, by class and method: as far as a connection, a channel and a queue. */
export const ANSWERS: Readonly<Record<string, Uint8Array>> = {
  "greeting": START,
  "10,11": method(0, [10, 30], [0, 0, 0, 0, 0xff, 0xff, 0, 0]),
  "10,40": method(0, [10, 41], [0]),
  "20,10": method(1, [20, 11], [0, 0, 0, 0]),
  "85,10": method(1, [85, 11]),
  "50,10": method(1, [50, 11], [...shortText("q"), ...Array(8).fill(0)]),
};

const FRAME_END_BYTES = 8;
const PROTOCOL_HEADER_BYTES = 8;

/** The first message is answered by `answer`, and `answers` stand for what else would be said. */
export async function scriptedServer(
  answer: Uint8Array,
  more: Readonly<Record<string, Uint8Array>> = {},
) {
  const answers: Readonly<Record<string, Uint8Array>> = { ...ANSWERS, ...more };
  const sockets: Socket[] = [];
  const heard: string[] = [];
  let messages = 0;
  let messageHeader: Uint8Array | undefined;
  const server = await listening(createServer((socket) => {
    sockets.push(socket);
    let seen: Buffer = Buffer.alloc(0);
    let isGreeted = false;
    socket.on("error", () => {}).on("data", (bytes: Buffer) => {
      seen = Buffer.concat([seen, bytes]);
      if (!isGreeted) {
        isGreeted = true;
        seen = seen.subarray(PROTOCOL_HEADER_BYTES);
        socket.write(answers["greeting"]!);
      }
      while (seen.length >= 7 && seen.length >= seen.readUInt32BE(3) + FRAME_END_BYTES) {
        const size = seen.readUInt32BE(3);
        const ids = seen[0] === 1 ? `${seen.readUInt16BE(7)},${seen.readUInt16BE(9)}` : "";
        heard.push(ids || `frame ${seen[0]}`);
        if (seen[0] === 2) messageHeader = Uint8Array.from(seen.subarray(7, 7 + size));
        if (answers[ids]) socket.write(answers[ids]);
        if (ids === "60,40" && ++messages === 1) socket.write(answer);
        seen = seen.subarray(size + FRAME_END_BYTES);
      }
    });
  }));
  return Object.assign(server, {
    sockets,
    heard,
    messages: () => messages,
    /** Of the last message. */
    messageHeader: () => messageHeader,
  });
}
