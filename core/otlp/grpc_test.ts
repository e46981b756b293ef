/** Sinks of OpenTelemetry that speak gRPC, with a server of gRPC's own package. */
import { Metadata, status } from "@grpc/grpc-js";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";
import { gzipSync } from "node:zlib";
import { clientFiles } from "../../tests/peers/certificate_files.ts";
import { grpcCollector, type Refusal } from "../../tests/peers/grpc_collector.ts";
import { httpReceiver } from "../../tests/peers/http_receiver.ts";
import { listening, rejection } from "../../tests/http_servers.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import { encodeWireMessage } from "../base/mod.ts";
import * as z from "zod";
import { httpKeys } from "../http/mod.ts";
import type { Exchange } from "../plugin/exchange.ts";
import { otlpKeys } from "./schema.ts";
import { type OtlpSignal, OtlpTarget } from "./sink.ts";

const SIGNALS: readonly OtlpSignal[] = [
  { path: "/v1/logs", rejected: "rejectedLogRecords" },
  { path: "/v1/traces", rejected: "rejectedSpans" },
  { path: "/v1/metrics", rejected: "rejectedDataPoints" },
];
const TRACES = SIGNALS[1]!;
const schema = z.strictObject({ ...otlpKeys("traces", "spans"), ...httpKeys });
const bodies = (bytes: Uint8Array) => ({ json: () => "{}", protobuf: () => bytes });
const ABC = new Uint8Array([97, 98, 99]);

function target(endpoint: string, more: Record<string, unknown> = {}, signal = TRACES) {
  const made = new OtlpTarget(schema.parse({ endpoint, protocol: "grpc", ...more }), signal);
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.close() });
}

Deno.test("OtlpTarget calls the service of what it sends, with its headers", async () => {
  await using collector = await grpcCollector();
  for (const signal of SIGNALS) {
    await using to = target(
      `${collector.url}/ignored?path`,
      { headers: { "Api-Key": "k" } },
      signal,
    );
    await to.send(bodies(ABC), 1);
  }
  const prefix = "/opentelemetry.proto.collector.";
  assertEquals(collector.calls.map(({ path }) => path), [
    `${prefix}logs.v1.LogsService/Export`,
    `${prefix}trace.v1.TraceService/Export`,
    `${prefix}metrics.v1.MetricsService/Export`,
  ]);
  const [{ request, headers }] = collector.calls as [typeof collector.calls[number]];
  assertEquals([request, headers["api-key"]], [ABC, "k"]);
});

Deno.test("OtlpTarget compresses messages of gRPC, and many arrive over one connection", async () => {
  await using collector = await grpcCollector();
  await using to = target(collector.url, { compress: true });
  const long = new Uint8Array(500_000).fill(97);
  for (const message of [long, ABC, new Uint8Array()]) await to.send(bodies(message), 1);
  assertEquals(collector.calls.map(({ request }) => request.length), [500_000, 3, 0]);
});

Deno.test("OtlpTarget speaks gRPC with TLS, shows its certificate, and says who is not trusted", async () => {
  await using files = await clientFiles();
  const read = (path: string) => Deno.readTextFileSync(path);
  await using collector = await grpcCollector({
    cert: read(files.serverCertificate),
    key: read(files.serverKey),
    ca: read(files.authority),
  });
  const withoutSwitch = ({ enabled: _, ...tls }: Record<string, unknown>) => tls;
  for (const tls of files.right.map(withoutSwitch)) {
    await using to = target(collector.url, { tls });
    await to.send(bodies(ABC), 1);
  }
  for (const tls of files.wrong.map(withoutSwitch)) {
    await using to = target(collector.url, { tls });
    assertEquals((await rejection(to.send(bodies(ABC), 1))).code, "unavailable");
  }
  assertEquals(collector.calls.length, files.right.length);
});

Deno.test("OtlpTarget counts what a collector did not take by gRPC", async () => {
  await using collector = await grpcCollector();
  collector.answer = () => encodeWireMessage({ 1: encodeWireMessage({ 1: 1, 2: "too old" }) });
  await using to = target(collector.url);
  const { code, accepted, refused, message } = await rejection(to.send(bodies(ABC), 3));
  assertEquals([code, accepted, refused], ["rejected", 2, 1]);
  assertEquals(message, "The collector did not take 1 of 3: too old");
  const long = "too old, ".repeat(20_000);
  collector.answer = () => encodeWireMessage({ 1: encodeWireMessage({ 1: 2, 2: long }) });
  assertEquals((await rejection(to.send(bodies(ABC), 3))).refused, 2);
});

Deno.test("OtlpTarget reads what a collector says at length of what it did not take", async () => {
  await using server = httpReceiver();
  const errorMessage = "too old, ".repeat(20_000);
  for (const protocol of ["http/json", "http/protobuf"]) {
    server.answer = () =>
      protocol === "http/json"
        ? Response.json({ partialSuccess: { rejectedSpans: "2", errorMessage } })
        : new Response(
          encodeWireMessage({ 1: encodeWireMessage({ 1: 2, 2: errorMessage }) }) as BodyInit,
        );
    await using to = target(server.url, { protocol });
    assertEquals((await rejection(to.send(bodies(ABC), 3))).refused, 2);
  }
});

Deno.test("OtlpTarget reads answers that are compressed, as servers in Go do it, up to a bound", async () => {
  const partial = encodeWireMessage({ 1: encodeWireMessage({ 1: 1, 2: "too old" }) });
  const bomb = new Uint8Array(50 << 20);
  let answer: Uint8Array = partial;
  const server = createServer();
  server.on("stream", (opened) => {
    const stream = opened as ServerHttp2Stream;
    const message = gzipSync(answer);
    const frame = Buffer.concat([new Uint8Array([1, 0, 0, 0, 0]), message]);
    frame.writeUInt32BE(message.length, 1);
    const head = { ":status": 200, "content-type": "application/grpc", "grpc-encoding": "gzip" };
    stream.respond(head, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(frame);
  });
  await using address = await listening(server as unknown as Server);
  await using to = target(`http://127.0.0.1:${address.port}`, { compress: true });
  const { code, accepted, message } = await rejection(to.send(bodies(ABC), 3));
  assertEquals([code, accepted, message], [
    "rejected",
    2,
    "The collector did not take 1 of 3: too old",
  ]);
  for (answer of [bomb, new Uint8Array([255, 255])]) await to.send(bodies(ABC), 3);
});

Deno.test("OtlpTarget takes nothing but the number 0 for success", async () => {
  let status = "";
  const server = createServer();
  server.on("stream", (opened) => {
    const stream = opened as ServerHttp2Stream;
    const head = { ":status": 200, "content-type": "application/grpc", "grpc-status": status };
    stream.respond(head, { endStream: true });
  });
  await using address = await listening(server as unknown as Server);
  await using to = target(`http://127.0.0.1:${address.port}`);
  for (status of ["", "0x0", "-0", "0.0", "99"]) {
    const { code, message } = await rejection(to.send(bodies(ABC), 1));
    assertEquals([status, code], [status, "unavailable"]);
    assert(message.endsWith(" answered UNKNOWN"), message);
  }
});

Deno.test("OtlpTarget takes no status for success of an answer that breaks off behind it", async () => {
  const server = createServer();
  server.on("stream", (opened) => {
    const stream = opened as ServerHttp2Stream;
    stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "0" });
    stream.write(new Uint8Array(5));
    setTimeout(() => stream.session!.destroy(), 20);
  });
  await using address = await listening(server as unknown as Server);
  await using to = target(`http://127.0.0.1:${address.port}`);
  const { code, unclear } = await rejection(to.send(bodies(ABC), 1));
  assertEquals([code, unclear], ["unavailable", Infinity]);
});

/** google.rpc.Status with RetryInfo of 1.5 s. */
function retryInfo(): Metadata {
  const delay = encodeWireMessage({ 1: 1, 2: 500_000_000 });
  const any = encodeWireMessage({
    1: "type.googleapis.com/google.rpc.RetryInfo",
    2: encodeWireMessage({ 1: delay }),
  });
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(encodeWireMessage({ 1: 8, 3: [any] })));
  return metadata;
}

const FAILURES: readonly (readonly [
  Refusal,
  code: string,
  told: string,
  retryAfterMs?: number,
])[] = [
  [
    { code: status.INVALID_ARGUMENT, details: "50 % ü\n" },
    "rejected",
    "INVALID_ARGUMENT: 50 % ü\\n",
  ],
  [{ code: status.UNAVAILABLE, details: "busy" }, "unavailable", "UNAVAILABLE: busy"],
  [
    { code: status.UNAUTHENTICATED, details: "no s3cr3t-t0ken" },
    "unavailable",
    "UNAUTHENTICATED (it wants other credentials): no [secret]",
  ],
  [
    { code: status.RESOURCE_EXHAUSTED, details: "full", metadata: retryInfo() },
    "unavailable",
    "RESOURCE_EXHAUSTED: full",
    1500,
  ],
  [
    {
      code: status.RESOURCE_EXHAUSTED,
      details: "grpc: received message after decompression larger than max (5 vs. 4)",
    },
    "rejected",
    "RESOURCE_EXHAUSTED: grpc: received message after decompression larger than max (5 vs. 4)",
  ],
  [
    { code: status.UNIMPLEMENTED, details: "unknown service" },
    "unavailable",
    "UNIMPLEMENTED (it knows no such service: is the address right?): unknown service",
  ],
];

Deno.test("OtlpTarget tells which failures of gRPC are the request's", async () => {
  await using collector = await grpcCollector();
  await using to = target(collector.url, { headers: { "Api-Key": "s3cr3t-t0ken" } });
  for (const [refusal, code, told, retryAfterMs] of FAILURES) {
    collector.answer = () => refusal;
    const error = await rejection(to.send(bodies(ABC), 1));
    assertEquals(error.message, `${collector.url} answered ${told}`);
    assertEquals([error.code, error.retryAfterMs], [code, retryAfterMs]);
  }
  collector.answer = () => undefined;
  const tooLong = new Uint8Array(2 << 20);
  assertEquals((await rejection(to.send(bodies(tooLong), 1))).code, "rejected");
  await to.send(bodies(ABC), 1);
});

Deno.test("OtlpTarget says that nobody is there, or somebody else", async () => {
  await using collector = await grpcCollector();
  await using to = target(collector.url);
  await to.send(bodies(ABC), 1);
  collector.stop();
  // The connection of before may only find out now.
  await rejection(to.send(bodies(ABC), 1));
  const gone = await rejection(to.send(bodies(ABC), 1));
  assertEquals([gone.code, gone.unclear], ["unavailable", undefined]);
  assert(gone.message.startsWith(`Cannot reach ${collector.url}: `), gone.message);
  await using http = httpReceiver();
  await using other = target(http.url);
  const { code, message } = await rejection(other.send(bodies(ABC), 1));
  assertEquals(code, "unavailable");
  assert(message.startsWith(new URL(http.url).origin), message);
});

Deno.test("OtlpTarget goes to port 4317 where an address without TLS says none", async () => {
  const stop = AbortSignal.timeout(20);
  for (
    const [endpoint, origin] of [
      ["http://127.9.9.9", "http://127.9.9.9:4317"],
      ["http://127.9.9.9:80/x", "http://127.9.9.9"],
      ["https://127.9.9.9", "https://127.9.9.9"],
      ["http://[::1]:9", "http://[::1]:9"],
    ] as const
  ) {
    const seen: string[] = [];
    const observe = (exchange: Exchange) => {
      if (exchange.kind === "http") seen.push(exchange.url);
    };
    await using to = target(endpoint);
    await rejection(to.send(bodies(ABC), 1, { signal: stop, observe }));
    assertEquals(seen.map((url) => new URL(url).origin), [origin]);
  }
});
