/**
 * In a process of its own (`helper.ts`): Falco's gRPC services on a unix socket, or on TCP where clients show certificates.
 *
 * `get` answers with what waits and ends. `sub` goes on: once a client has sent a request, it gets
 * alerts as they come, until it ends its side.
 */
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type {
  sendUnaryData,
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
} from "@grpc/grpc-js";
import { certificateProblem, pairProblem } from "../../../core/mod.ts";
import { Listener, type ServerTls } from "./listener.ts";
import { bindAddressOf, type GrpcConfig } from "./schema.ts";

type Outgoing =
  | ServerWritableStream<Uint8Array, Uint8Array>
  | ServerDuplexStream<Uint8Array, Uint8Array>;

/** Requests are empty. */
const MAX_REQUEST_BYTES = 4096;
const MAX_STREAMS = 100;
/** A client whose machine has gone without a word is noticed, and what it was given goes to another. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 60_000, "grpc.keepalive_timeout_ms": 20_000 };

/** Messages that a client takes. */
export interface Portion {
  /** Empty: there are none now. */
  readonly messages: readonly Uint8Array[];
  /** Told once how many of them, from the first, are on their way to the client. */
  done(written: number): void;
}

/** Where messages come from. */
export interface MessageSource {
  /** Waits for the first until the signal aborts; rejects when there will never be any. */
  take(signal: AbortSignal): Promise<Portion>;
}

export interface ServerOptions {
  readonly config: GrpcConfig;
  readonly source: MessageSource;
  /** What `falco.version.service` answers. */
  readonly version: Uint8Array;
  /** Told, seldom, of clients that are not let in. */
  readonly warn: (text: string) => void;
}

export interface OutputServer {
  /** TCP only. */
  readonly port: number;
  /** Ends the calls of clients, too. */
  close(): Promise<void>;
}

/** Rejects when it cannot listen. The package is only loaded now. */
export async function openServer(
  { config, source, version, warn }: ServerOptions,
): Promise<OutputServer> {
  const grpc = await import("@grpc/grpc-js");
  const place = bindAddressOf(config.bind_address)!;
  const tls = "path" in place ? undefined : await tlsOf(config);
  if ("path" in place) await makeWay(place.path);
  const server = new grpc.Server({
    ...KEEPALIVE,
    "grpc.max_receive_message_length": MAX_REQUEST_BYTES,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.enable_channelz": 0,
  });
  const stop = new AbortController();
  addServices(server, { source, version, signal: stop.signal });
  // Sockets are ours: the package would take any number of them, and wait for ever.
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const take = (socket: Duplex) => injector.injectConnection(socket);
  const listener = new Listener({ place, tls, take, warn });
  await listener.listen();
  if ("path" in place) await Deno.chmod(place.path, 0o600);
  return {
    port: listener.port,
    async close() {
      stop.abort();
      await new Promise((resolve) => setTimeout(resolve, 0));
      server.forceShutdown();
      listener.close();
      if ("path" in place) await Deno.remove(place.path).catch(() => {});
    },
  };
}

async function tlsOf({ private_key, cert_chain, root_certs }: GrpcConfig): Promise<ServerTls> {
  const problem = certificateProblem(root_certs) ??
    pairProblem({ certificate: cert_chain, key: private_key });
  if (problem !== undefined) throw new Error(problem);
  const [key, cert, ca] = await Promise.all(
    [private_key, cert_chain, root_certs].map((path) => Deno.readTextFile(path)),
  ) as [string, string, string];
  return { key, cert, ca, caPath: root_certs };
}

/** The folder has to be there, and nothing but a socket that nobody listens on may be in the way. */
async function makeWay(path: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")) || "/", { recursive: true, mode: 0o755 });
  let found: Deno.FileInfo;
  try {
    found = await Deno.lstat(path);
  } catch {
    return;
  }
  if (!found.isSocket) throw new Error(`"${path}" is there already, and no socket`);
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch {
    await Deno.remove(path);
    return;
  }
  throw new Error(`another program listens on "${path}"`);
}

function addServices(
  server: Server,
  { source, version, signal }: {
    readonly source: MessageSource;
    readonly version: Uint8Array;
    readonly signal: AbortSignal;
  },
): void {
  const method = (path: string, streams: { request: boolean; response: boolean }) => ({
    path,
    requestStream: streams.request,
    responseStream: streams.response,
    requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
    responseDeserialize: (bytes: Buffer) => bytes,
  });
  server.addService({
    get: method("/falco.outputs.service/get", { request: false, response: true }),
    sub: method("/falco.outputs.service/sub", { request: true, response: true }),
  }, {
    get: (call: ServerWritableStream<Uint8Array, Uint8Array>) => {
      void hand(call, { source, signal: AbortSignal.abort() });
    },
    sub: (call: ServerDuplexStream<Uint8Array, Uint8Array>) => {
      const done = new AbortController();
      let isAsked = false;
      call.on("data", () => {
        if (isAsked) return;
        isAsked = true;
        void hand(call, { source, signal: AbortSignal.any([signal, done.signal]) });
      });
      call.on("end", () => {
        done.abort();
        if (!isAsked) call.end();
      });
      call.on("error", () => done.abort());
      call.on("cancelled", () => done.abort());
    },
  });
  server.addService({
    version: method("/falco.version.service/version", { request: false, response: false }),
  }, {
    version: (
      _call: ServerUnaryCall<Uint8Array, Uint8Array>,
      answer: sendUnaryData<Uint8Array>,
    ) => answer(null, version),
  });
}

/** Gives a client what waits, then what comes until the signal aborts, as fast as it reads. */
async function hand(
  call: Outgoing,
  { source, signal }: { readonly source: MessageSource; readonly signal: AbortSignal },
): Promise<void> {
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  call.on("close", () => gone.abort());
  call.on("error", () => gone.abort());
  const until = AbortSignal.any([signal, gone.signal]);
  while (!call.cancelled) {
    const { messages, done } = await source.take(until);
    if (messages.length === 0) break;
    let count = 0;
    for (const message of messages) {
      if (!await written(call, { message, gone: gone.signal })) break;
      count++;
    }
    done(count);
  }
  call.end();
}

/** Whether the message is on its way. */
async function written(
  call: Outgoing,
  { message, gone }: { readonly message: Uint8Array; readonly gone: AbortSignal },
): Promise<boolean> {
  if (call.cancelled || gone.aborted) return false;
  if (call.write(message)) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const drained = () => resolve(true);
  const left = () => resolve(false);
  call.once("drain", drained);
  gone.addEventListener("abort", left);
  try {
    return await promise;
  } finally {
    call.off("drain", drained);
    gone.removeEventListener("abort", left);
  }
}
