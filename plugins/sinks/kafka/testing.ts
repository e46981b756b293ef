/** A broker for tests, as far as producers go: it leads all partitions and keeps what it is sent. */
import { Buffer } from "node:buffer";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { crc32c } from "./checksums.ts";

export interface KeptMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string;
  readonly timeMs: bigint;
}

export interface TestBroker extends AsyncDisposable {
  readonly port: number;
  readonly kept: KeptMessage[];
  /** Codes that the next answers about batches have; then none. */
  readonly produceErrors: number[];
  /** The same of topics. */
  readonly topicErrors: number[];
  /** Codes of the answers to who somebody is, with what is told beside them. */
  readonly authentications: { readonly error: number; readonly text: string }[];
  /** What those said who told who they are. */
  readonly introductions: string[];
  /** What is sent in place of every answer. */
  garbage: Uint8Array | undefined;
  stop(): Promise<void>;
}

const PARTITIONS = [0, 1, 2];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export async function testBroker(): Promise<TestBroker> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let received = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        const answer = answerTo(new ByteReader(received.subarray(4, end)), broker);
        received = received.subarray(end);
        if (broker.garbage) socket.write(broker.garbage);
        else if (answer) socket.write(new ByteWriter().bytes(answer).finish());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  let stopped: Promise<void> | undefined;
  const stop = () =>
    stopped ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const broker: TestBroker = {
    port: (server.address() as AddressInfo).port,
    kept: [],
    produceErrors: [],
    topicErrors: [],
    authentications: [],
    introductions: [],
    garbage: undefined,
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return broker;
}

function answerTo(request: ByteReader, broker: TestBroker): Uint8Array | undefined {
  const api = request.int16();
  request.int16();
  const answer = new ByteWriter().int32(request.int32());
  request.text();
  switch (api) {
    case 0:
      return produced(request, answer, broker);
    case 3:
      return described(request, answer, broker);
    case 17: {
      const mechanisms = ["PLAIN", "SCRAM-SHA-256"];
      const isKnown = mechanisms.includes(request.text() ?? "");
      return answer.int16(isKnown ? 0 : 33).list(mechanisms, (name) => answer.text(name)).finish();
    }
    case 36: {
      broker.introductions.push(text(request.byteText()));
      const { error, text: told } = broker.authentications.shift() ?? { error: 0, text: "" };
      return answer.int16(error).text(told).bytes(new TextEncoder().encode(told)).finish();
    }
    default:
      throw new Error(`the test's broker does not know ${api}`);
  }
}

function described(request: ByteReader, answer: ByteWriter, broker: TestBroker): Uint8Array {
  const names = request.list(() => request.text() ?? "");
  answer.int32(0).list([7], (id) => answer.int32(id).text("127.0.0.1").int32(broker.port).text(""));
  return answer.text("cluster").int32(7).list(names, (name) => {
    const error = broker.topicErrors.shift() ?? 0;
    answer.int16(error).text(name).int8(0).list(
      error === 0 ? PARTITIONS : [],
      (id) =>
        answer.int16(0).int32(id).int32(7).list([7], () => answer.int32(7)).list(
          [7],
          () => answer.int32(7),
        ),
    );
  }).finish();
}

function produced(
  request: ByteReader,
  answer: ByteWriter,
  broker: TestBroker,
): Uint8Array | undefined {
  request.text();
  const acks = request.int16();
  request.int32();
  const topics = request.list(() => {
    const topic = request.text() ?? "";
    const partitions = request.list(() => {
      const partition = request.int32();
      const error = broker.produceErrors.shift() ?? 0;
      const messages = messagesIn(request.byteText());
      if (error === 0) {
        broker.kept.push(...messages.map((message) => ({ topic, partition, ...message })));
      }
      return { partition, error };
    });
    return { topic, partitions };
  });
  if (acks === 0) return undefined;
  return answer.list(topics, ({ topic, partitions }) =>
    answer.text(topic).list(
      partitions,
      ({ partition, error }) => answer.int32(partition).int16(error).int64(0n).int64(-1n).int64(0n),
    )).finish();
}

function messagesIn(batch: Uint8Array): Omit<KeptMessage, "topic" | "partition">[] {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  if (view.getInt32(8) !== batch.length - 12) throw new Error("a wrong length");
  if (view.getUint32(17) !== crc32c(batch.subarray(21))) throw new Error("a wrong checksum");
  const content = batch.subarray(61);
  const codec = view.getInt16(21);
  const plain = codec === 0
    ? content
    : codec === 1
    ? gunzipSync(content)
    : zstdDecompressSync(content);
  const first = view.getBigInt64(27);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = plain[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return (value >> 1n) ^ -(value & 1n);
    }
  };
  const part = () => {
    const length = Number(varint());
    if (length < 0) return undefined;
    return text(plain.subarray(at, at += length));
  };
  return Array.from({ length: view.getInt32(57) }, () => {
    varint();
    at++;
    const timeMs = first + varint();
    varint();
    const key = part(), value = part() ?? "";
    varint();
    return { key, value, timeMs };
  });
}
