/** A RabbitMQ of Debian's, and somebody who fetches messages from it. */
import { freePort } from "../free_port.ts";
import { longText, method, shortText } from "./amqp.ts";
import { clientFiles } from "./certificate_files.ts";
import { startServer } from "./server.ts";

/** Debian's wrapper would change the user. */
const SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";

export async function startRabbitmq() {
  const files = await clientFiles();
  const folder = await Deno.makeTempDir({ prefix: "falcod-rabbitmq-" });
  const [port, tlsPort, epmdPort, distPort] = [freePort(), freePort(), freePort(), freePort()];
  await Deno.writeTextFile(
    `${folder}/rabbitmq.conf`,
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${files.authority}`,
      `ssl_options.certfile = ${files.serverCertificate}`,
      `ssl_options.keyfile = ${files.serverKey}`,
      "ssl_options.verify = verify_peer",
      "ssl_options.fail_if_no_peer_cert = true",
      "",
    ].join("\n"),
  );
  await Deno.writeTextFile(`${folder}/plugins`, "[].\n");
  // It would start one that outlives it.
  const epmd = await startServer({
    program: "epmd",
    args: ["-address", "127.0.0.1", "-port", `${epmdPort}`],
    ports: [epmdPort],
  });
  const server = await startServer({
    program: SERVER,
    args: [],
    env: {
      HOME: folder,
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: `${epmdPort}`,
      RABBITMQ_NODENAME: `falcod${port}@localhost`,
      RABBITMQ_DIST_PORT: `${distPort}`,
      RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
      RABBITMQ_LOG_BASE: `${folder}/log`,
      RABBITMQ_PID_FILE: `${folder}/pid`,
      RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    },
    ports: [port, tlsPort],
  });
  return {
    files,
    port,
    tlsPort,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await epmd.stop();
      await files[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

export interface Fetched {
  readonly line: string;
  readonly routingKey: string;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly deliveryMode: number;
  readonly messageId: string;
  readonly timeSeconds: bigint;
  readonly appId: string;
}

const NO_TABLE = [0, 0, 0, 0];
const NAMED = [0, 0];

/** Somebody who fetches, as a user who may do everything. */
export class Fetcher implements AsyncDisposable {
  readonly #connection: Deno.Conn;
  #seen: Buffer = Buffer.alloc(0);

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<Fetcher> {
    const fetcher = new Fetcher(await Deno.connect({ hostname: "127.0.0.1", port }));
    await fetcher.#ask(new TextEncoder().encode("AMQP\0\0\x09\x01"));
    const login = [...shortText("PLAIN"), ...longText("\0guest\0guest"), ...shortText("en_US")];
    await fetcher.#ask(method(0, [10, 11], [...NO_TABLE, ...login]));
    await fetcher.#write(method(0, [10, 31], [0, 1, 0, 2, 0, 0, 0, 0]));
    await fetcher.#ask(method(0, [10, 40], [...shortText("/"), 0, 0]));
    await fetcher.#ask(method(1, [20, 10], [0]));
    return fetcher;
  }

  async makeExchange(name: string, kind: string): Promise<void> {
    const texts = [...shortText(name), ...shortText(kind)];
    await this.#ask(method(1, [40, 10], [...NAMED, ...texts, 0, ...NO_TABLE]));
  }

  /** A durable one. */
  async makeQueue(name: string): Promise<void> {
    await this.#ask(method(1, [50, 10], [...NAMED, ...shortText(name), 2, ...NO_TABLE]));
  }

  async bindQueue(queue: string, exchange: string, key: string): Promise<void> {
    const texts = [queue, exchange, key].flatMap(shortText);
    await this.#ask(method(1, [50, 20], [...NAMED, ...texts, 0, ...NO_TABLE]));
  }

  async get(queue: string): Promise<Fetched | undefined> {
    const answer = await this.#ask(method(1, [60, 70], [...NAMED, ...shortText(queue), 1]));
    if (answer.readUInt16BE(2) === 72) return undefined;
    // Class and method, the tag, whether it came before, the exchange, the key.
    const exchangeAt = 4 + 8 + 1;
    const [routingKey] = textAt(answer, exchangeAt + 1 + answer[exchangeAt]!);
    const header = await this.#frame();
    const size = Number(header.readBigUInt64BE(4));
    const parts: Buffer[] = [];
    while (Buffer.concat(parts).length < size) parts.push(await this.#frame());
    return { line: Buffer.concat(parts).toString(), routingKey, ...propertiesIn(header) };
  }

  async lines(queue: string): Promise<string[]> {
    const lines: string[] = [];
    for (let one = await this.get(queue); one; one = await this.get(queue)) lines.push(one.line);
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask(method(0, [10, 50], [0, 200, 0, 0, 0, 0, 0]));
    this.#connection.close();
  }

  async #ask(bytes: Uint8Array): Promise<Buffer> {
    await this.#write(bytes);
    const answer = await this.#frame();
    const ids = [answer.readUInt16BE(0), answer.readUInt16BE(2)].join();
    if (ids === "10,50" || ids === "20,40") throw new Error(textAt(answer, 6)[0]);
    return answer;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async #frame(): Promise<Buffer> {
    while (this.#seen.length < 7 || this.#seen.length < this.#seen.readUInt32BE(3) + 8) {
      const bytes = new Uint8Array(1 << 16);
      const count = await this.#connection.read(bytes);
      if (count === null) throw new Error("RabbitMQ closed the connection");
      this.#seen = Buffer.concat([this.#seen, bytes.subarray(0, count)]);
    }
    const end = this.#seen.readUInt32BE(3) + 7;
    const payload = this.#seen.subarray(7, end);
    this.#seen = this.#seen.subarray(end + 1);
    return payload;
  }
}

function textAt(bytes: Buffer, at: number): readonly [string, number] {
  const end = at + 1 + bytes[at]!;
  return [bytes.toString("utf8", at + 1, end), end];
}

/** Those that falcod sets, and no others: the flags say which. */
function propertiesIn(header: Buffer) {
  const flags = header.readUInt16BE(12).toString(2).padStart(16, "0");
  if (flags !== "1101000011001000") throw new Error(`properties ${flags}`);
  const [contentType, encodingAt] = textAt(header, 14);
  const [contentEncoding, modeAt] = textAt(header, encodingAt);
  const [messageId, timeAt] = textAt(header, modeAt + 1);
  const [appId] = textAt(header, timeAt + 8);
  const timeSeconds = header.readBigUInt64BE(timeAt);
  const deliveryMode = header[modeAt]!;
  return { contentType, contentEncoding, deliveryMode, messageId, timeSeconds, appId };
}
