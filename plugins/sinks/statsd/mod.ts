/** Alerts counted by StatsD or DogStatsD. */
import type { Socket } from "node:dgram";
import {
  type FormattedAlert,
  hostAndPort,
  Link,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { packetsOf } from "./packets.ts";
import { PORT, schema, type StatsdConfig } from "./schema.ts";

export class StatsdSink implements Sink {
  readonly #config: StatsdConfig;
  readonly #link: Link<Socket>;

  constructor(config: StatsdConfig) {
    this.#config = config;
    this.#link = new Link({
      peer: `StatsD at ${config.forwarder}`,
      open: (lost) => connect(config, lost),
      shut: (socket) => socket.close(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const packets = packetsOf(batch.map(({ alert }) => alert), this.#config);
    if (packets.length === 0) return;
    let count = 0;
    try {
      await this.#link.use(async (socket) => {
        for (const packet of packets) {
          await send(socket, packet);
          count++;
          context?.observe?.({ kind: "message", sent: packet, unconfirmed: "UDP" });
        }
      }, context?.signal);
    } catch (error) {
      const sent = packets.slice(count).join("\n");
      context?.observe?.({ kind: "message", sent, isUnsent: true });
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

async function connect({ forwarder }: StatsdConfig, lost: () => void): Promise<Socket> {
  const { createSocket } = await import("node:dgram");
  const { lookup } = await import("node:dns/promises");
  const { host, port } = hostAndPort(forwarder, PORT)!;
  const found = await lookup(host);
  const socket = createSocket(found.family === 6 ? "udp6" : "udp4");
  socket.on("error", lost);
  socket.unref();
  return await new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, found.address, () => resolve(socket));
  });
}

function send(socket: Socket, packet: string): Promise<void> {
  return new Promise((resolve, reject) =>
    socket.send(packet, (error) => error ? reject(error) : resolve())
  );
}

const plugin: SinkPlugin<StatsdConfig> = {
  kind: "sink",
  name: "statsd",
  summary: "StatsD and DogStatsD, which count alerts by rule and priority",
  schema,
  create: (config) => new StatsdSink(config),
};
export default plugin;
