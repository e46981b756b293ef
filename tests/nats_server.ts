/** A server of NATS for tests, which answers as it is told. */
import { Buffer } from "node:buffer";
import { createServer, type Socket } from "node:net";
import { listening } from "./http_servers.ts";

/** What a client publishes. */
export interface Publication {
  readonly subject: string;
  /** Where the answer goes; "" where none is wanted. */
  readonly reply: string;
  /** With its headers, where it has some. */
  readonly payload: Buffer;
  readonly socket: Socket;
}

/** What it says, as texts of the protocol. */
export interface Script {
  /** To each PING, in place of PONG. */
  greeting?: string | undefined;
  /** To each publication; absent where it writes for itself. */
  answer: (publication: Publication) => string | undefined;
  /** Of its first words; 1000 otherwise. */
  readonly maxPayload?: number;
}

/** What the script says may change while it listens. */
export async function scriptedServer(script: Script) {
  const { maxPayload = 1000 } = script;
  return await listening(createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.write(`INFO {"max_payload":${maxPayload},"headers":true}\r\n`);
    socket.on("data", (bytes: Uint8Array) => {
      pending = Buffer.concat([pending, bytes]);
      for (;;) {
        const end = pending.indexOf("\r\n");
        if (end < 0) return;
        const [verb, ...words] = pending.toString("utf8", 0, end).split(" ");
        const isPublication = /^H?PUB$/.test(verb!);
        const size = isPublication ? Number(words.at(-1)) + 2 : 0;
        if (pending.length < end + 2 + size) return;
        const payload = pending.subarray(end + 2, end + size);
        pending = pending.subarray(end + 2 + size);
        if (verb === "PING") socket.write(script.greeting ?? "PONG\r\n");
        if (!isPublication) continue;
        // Behind the subject and in front of the sizes.
        const reply = words.length > (verb === "PUB" ? 2 : 3) ? words[1]! : "";
        const answer = script.answer({ subject: words[0]!, reply, payload, socket });
        if (answer !== undefined) socket.write(answer);
      }
    });
  }));
}
