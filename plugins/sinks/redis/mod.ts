/**
 * Alerts in Redis, one entry each. Those of a batch go out in one transaction: either all of them are
 * there, or none. One that was not acknowledged may be there twice.
 */
import { setImmediate } from "node:timers/promises";
import {
  failure,
  fillTopic,
  type FormattedAlert,
  hostAndPort,
  introduced,
  Link,
  openSocket,
  type Secret,
  type Sink,
  type SinkPlugin,
  socketFaults,
  type WriteContext,
} from "../../../core/mod.ts";
import { type Command, RedisConnection, RedisRefusal, type Reply } from "./connection.ts";
import { PORT, type RedisConfig, schema } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;

export class RedisSink implements Sink {
  readonly #link: Link<RedisConnection>;

  constructor(readonly config: RedisConfig) {
    this.#link = new Link<RedisConnection>({
      peer: `Redis at ${config.address}`,
      secrets: [config.password],
      open: (lost) => connect(config, lost),
      shut: (connection) => connection.destroy(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    const commands: Command[] = [["MULTI"], ...commandsOf(batch, this.config), ["EXEC"]];
    await this.#link.use(async (connection) => {
      const replies = await connection.ask(commands);
      context?.observe?.({
        kind: "message",
        sent: commands.map((command) => command.join(" ")).join("\n"),
        answer: replies.map(replyText).join("\n"),
      });
      check(replies, [this.config.password]);
      const done = replies.at(-1);
      if (!Array.isArray(done) || done.length !== commands.length - 2) {
        throw new Error("the transaction was not done");
      }
    }, context?.signal);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

function commandsOf(batch: readonly FormattedAlert[], config: RedisConfig): Command[] {
  const { storage_type: storage, max_length } = config;
  const most = String(max_length);
  const commands: Command[] = [];
  const keys = new Set<string>();
  for (const { alert, line } of batch) {
    const key = fillTopic(config.key, alert);
    keys.add(key);
    switch (storage) {
      case "list":
        commands.push(["RPUSH", key, line]);
        break;
      case "stream": {
        const { rule, priority, source } = alert;
        const limit = max_length > 0 ? ["MAXLEN", "~", most] : [];
        const fields = ["rule", rule, "priority", priority, "source", source, "alert", line];
        commands.push(["XADD", key, ...limit, "*", ...fields]);
        break;
      }
      case "hashmap":
        commands.push(["HSET", key, alert.uuid ?? crypto.randomUUID(), line]);
        break;
      case "channel":
        commands.push(["PUBLISH", key, line]);
        break;
      default:
        storage satisfies never;
    }
  }
  if (storage === "list" && max_length > 0) {
    for (const key of keys) commands.push(["LTRIM", key, `-${most}`, "-1"]);
  }
  return commands;
}

async function connect(config: RedisConfig, lost: () => void): Promise<RedisConnection> {
  const { address, tls, username, database } = config;
  const password = config.password.reveal();
  const to = address.startsWith("/") ? { path: address } : hostAndPort(address, PORT)!;
  const socket = await openSocket({ to, tls, timeoutMs: CONNECT_TIMEOUT_MS });
  socket.on("close", lost);
  const connection = new RedisConnection(socket);
  const commands: Command[] = [];
  if (password !== "") commands.push(["AUTH", ...username === "" ? [] : [username], password]);
  if (database > 0) commands.push(["SELECT", String(database)]);
  const greet = async () => {
    // A server that has no room says so unasked: what is written then would hide its words.
    await setImmediate();
    check(await connection.ask(commands), [config.password]);
  };
  await introduced(socket, { timeoutMs: CONNECT_TIMEOUT_MS, greet });
  return connection;
}

function check(replies: readonly Reply[], secrets: readonly Secret[]): void {
  for (const reply of replies) {
    if (reply instanceof RedisRefusal) throw judged(reply, secrets);
    // What a transaction answers: its commands were done, some perhaps in vain.
    if (Array.isArray(reply)) check(reply, secrets);
  }
}

function replyText(reply: Reply): string {
  if (Array.isArray(reply)) return reply.map(replyText).join(" ");
  return reply instanceof RedisRefusal ? reply.message : String(reply);
}

/** What Redis never takes, however often it is told: the key holds something else. */
function judged(refusal: RedisRefusal, secrets: readonly Secret[]): Error {
  if (!refusal.message.startsWith("WRONGTYPE")) return refusal;
  return failure(refusal, { doing: "Redis", code: "rejected", secrets });
}

const plugin: SinkPlugin<RedisConfig> = {
  kind: "sink",
  name: "redis",
  summary: "Redis: a list, stream, hash or channel",
  schema,
  format: "json",
  create: (config) => new RedisSink(config),
  check: ({ address }) => Promise.resolve(socketFaults(address, ["address"])),
};
export default plugin;
