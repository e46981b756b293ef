/** A collector of OpenTelemetry that takes what comes by gRPC. */
import { Buffer } from "node:buffer";
import { Metadata, Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";

export interface Call {
  readonly path: string;
  readonly request: Uint8Array;
  readonly headers: Readonly<Record<string, unknown>>;
}

export type Refusal = Partial<ServiceError> & { readonly code: status };
/** What a call is answered with. */
export type Answer = (call: Call) => Uint8Array | Refusal | undefined;

const METHODS = ["logs.v1.LogsService", "trace.v1.TraceService", "metrics.v1.MetricsService"];

export interface CollectorTls {
  readonly cert: string;
  readonly key: string;
  /** Of whom clients have to have a certificate. */
  readonly ca: string;
}

export async function grpcCollector(tls?: CollectorTls) {
  const calls: Call[] = [];
  const server = new Server({ "grpc.max_receive_message_length": 1 << 20 });
  const collector = {
    calls,
    url: "",
    /** Absent: nothing to tell. */
    answer: (() => undefined) as Answer,
    stop: () => server.forceShutdown(),
    [Symbol.asyncDispose]: () => Promise.resolve(server.forceShutdown()),
  };
  for (const method of METHODS) {
    const path = `/opentelemetry.proto.collector.${method}/Export`;
    server.addService({
      call: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: Buffer.from,
        requestDeserialize: (bytes: Buffer) => new Uint8Array(bytes),
        responseSerialize: (bytes: Uint8Array<ArrayBuffer>) => Buffer.from(bytes),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    }, {
      // deno-lint-ignore no-explicit-any -- grpc-js has no types for services that nobody described
      call: ({ request, metadata }: any, reply: any) => {
        const call = { path, request, headers: metadata.getMap() };
        calls.push(call);
        const answer = collector.answer(call) ?? new Uint8Array();
        if (answer instanceof Uint8Array) reply(null, answer);
        else reply({ metadata: new Metadata(), ...answer });
      },
    });
  }
  const credentials = tls
    ? ServerCredentials.createSsl(
      Buffer.from(tls.ca),
      [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
      true,
    )
    : ServerCredentials.createInsecure();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(
    "127.0.0.1:0",
    credentials,
    (error, port) => error ? reject(error) : resolve(port),
  );
  collector.url = `${tls ? "https" : "http"}://127.0.0.1:${await promise}`;
  return collector;
}
