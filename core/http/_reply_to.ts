/** One request and its answer, on node's connections. */
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { HttpReply } from "./reply.ts";

export async function opener(
  { protocol }: URL,
): Promise<(options: RequestOptions) => ClientRequest> {
  if (protocol === "https:") return (await import("node:https")).request;
  return (await import("node:http")).request;
}

/** What the server has made of the request, it alone knows. */
export class BrokenAnswer extends Error {}

/** Of answers before the answer (RFC 9110 15.2); without end they would keep everything else waiting. */
const MOST_INTERIM = 16;

export function replyTo(
  outgoing: ClientRequest,
  body: Uint8Array,
  mostBytes: number,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    // More than one may come, and nobody else listens.
    outgoing.on("error", reject);
    let interim = 0;
    outgoing.on("information", () => {
      if (++interim > MOST_INTERIM) outgoing.destroy(new BrokenAnswer("the answer never begins"));
    });
    outgoing.once("response", (incoming: IncomingMessage) => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      const done = () => {
        const bytes = new Uint8Array(Math.min(size, mostBytes));
        let at = 0;
        for (const chunk of chunks) {
          bytes.set(chunk.subarray(0, bytes.length - at), at);
          at = Math.min(bytes.length, at + chunk.length);
        }
        const body = new TextDecoder().decode(bytes);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, bytes });
      };
      incoming.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= mostBytes) return;
        done();
        incoming.destroy();
      });
      incoming.once("end", done);
      incoming.on("error", reject);
      incoming.once(
        "aborted",
        () => reject(new BrokenAnswer("the connection broke in the answer")),
      );
    });
    outgoing.end(body);
  });
}

/** A request whose connection is still being made does not hear of its end. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return await promise;
  const aborted = Promise.withResolvers<never>();
  const end = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", end);
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", end);
    promise.catch(() => {});
  }
}
