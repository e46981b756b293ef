/** A gRPC server on a unix socket of its own, for tests of what asks one. */
import { Buffer } from "node:buffer";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  status,
} from "@grpc/grpc-js";

/** gRPC's own word for what went wrong, and nothing else. */
export class Refusal extends Error {
  constructor(readonly code: keyof typeof status) {
    super(code);
  }
}

/** What a call is answered with; a thrown `Refusal` is the answer, too. */
export type Answer = (
  request: Uint8Array,
  headers: Readonly<Record<string, unknown>>,
) => Uint8Array | Promise<Uint8Array>;
/** What a call is answered with that goes on until nobody listens. */
export type Stream = readonly Uint8Array[];

export interface GrpcServer extends AsyncDisposable {
  readonly socket: string;
}

/** Answers by "/package.Service/Method"; other calls are not known. */
export async function serveGrpc(
  answers: Readonly<Record<string, Answer | Stream>>,
): Promise<GrpcServer> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-grpc-" });
  const socket = `${folder}/grpc.sock`;
  const server = new Server();
  for (const [path, answer] of Object.entries(answers)) {
    const isStream = typeof answer !== "function";
    server.addService({
      call: {
        path,
        requestStream: false,
        responseStream: isStream,
        requestSerialize: Buffer.from,
        requestDeserialize: (bytes: Buffer) => new Uint8Array(bytes),
        responseSerialize: (bytes: Uint8Array<ArrayBuffer>) => Buffer.from(bytes),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    }, { call: isStream ? streaming(answer) : unary(answer) });
  }
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(
      `unix:${socket}`,
      ServerCredentials.createInsecure(),
      (error) => error ? reject(error) : resolve(),
    )
  );
  return {
    socket,
    [Symbol.asyncDispose]() {
      server.forceShutdown();
      Deno.removeSync(folder, { recursive: true });
      return Promise.resolve();
    },
  };
}

function unary(answer: Answer) {
  return async (
    { request, metadata }: ServerUnaryCall<Uint8Array, Uint8Array>,
    reply: (error: Partial<ServiceError> | null, value?: Uint8Array) => void,
  ) => {
    try {
      reply(null, await answer(request, metadata.getMap()));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply({ code: status[error.code], details: error.message, metadata: new Metadata() });
    }
  };
}

function streaming(answer: Stream) {
  return (call: ServerWritableStream<Uint8Array, Uint8Array>) => {
    for (const bytes of answer) call.write(bytes);
  };
}
