/** Servers, and targets that send to them, for tests. */
import { createServer } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { z } from "zod";
import { type Secret, SinkError } from "../core/plugin/mod.ts";
import { assert } from "./assert.ts";
import { HttpTarget, type HttpTargetOptions } from "../core/http/target.ts";
import { httpKeys } from "../core/http/schema.ts";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, unknown>;
  readonly body: Uint8Array;
  readonly port: number;
}
export type Answer = (
  seen: Seen,
) => { status?: number; headers?: Record<string, string>; body?: string };

// deno-lint-ignore no-explicit-any -- servers of two modules, asked for the same few things
type Request = any;

export function handler(seen: Seen[], answer: Answer) {
  return (request: Request, response: Request) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", async () => {
      const body = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
      const { method, url, headers, socket } = request;
      const one = { method, url, headers, body, port: socket.remotePort };
      seen.push(one);
      const { status = 200, headers: own = {}, body: text = "ok" } = answer(one);
      response.writeHead(status, own);
      response.end(text);
    });
  };
}

/** Ends what is connected when it is disposed of. */
export async function listening(server: Server) {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () => {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export async function serve(answer: Answer = () => ({})) {
  const seen: Seen[] = [];
  const server = await listening(createServer(handler(seen, answer)));
  return Object.assign(server, { seen, url: `http://127.0.0.1:${server.port}/hook?token=s3cr3t` });
}

export function target(
  url: string | Secret,
  settings: unknown = {},
  more: Partial<HttpTargetOptions> = {},
) {
  const parsed = z.strictObject(httpKeys).parse(settings);
  const made = new HttpTarget(parsed, { url, ...more });
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.close() });
}

/** Says this to each request, and ends the connection. */
export async function answering(answer: (asked: string) => string) {
  const asked: string[] = [];
  const server = await listening(createTcpServer((socket) => {
    socket.on("error", () => {}).on("data", (bytes) => {
      asked.push(String(bytes));
      socket.end(answer(String(bytes)), "latin1");
    });
  }));
  return Object.assign(server, { asked });
}

export async function rejection(promise: Promise<unknown>): Promise<SinkError> {
  const error = await promise.then(() => undefined, (error) => error);
  assert(error instanceof SinkError, `${error}`);
  return error;
}

/** Takes whom it is asked to where they want to go, and answers other requests itself. */
export async function proxyServer(wants?: string) {
  const asked: string[] = [];
  const clients: { destroy(): void }[] = [];
  const seen: Seen[] = [];
  const server = createServer(handler(seen, () => ({ body: "of the proxy" })));
  server.on("connect", (request, client) => {
    asked.push(request.url!);
    if (wants !== undefined && request.headers["proxy-authorization"] !== wants) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    clients.push(client);
    const [host, port] = request.url!.split(":");
    const upstream = connect(Number(port), host!, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  const address = await listening(server);
  return Object.assign(address, { asked, seen, clients, place: `127.0.0.1:${address.port}` });
}
