/**
 * A program that delivers numbered alerts through a spool, to be killed or starved by tests.
 * Usage: `deno run -A spooling.ts '{"folder": …, "port": …, "count": …}'`; says `accepted` on standard
 * output when all alerts are accepted, and at its end counters and log as a line of JSON. A line of
 * standard input has it begin to deliver.
 */
import { type Alert, type FormattedAlert, type Sink, SinkError } from "../../core/mod.ts";
import { Delivery, REPEATED_FIELD, Spool } from "../../core/delivery/mod.ts";
import { alert, Log } from "../../core/delivery/testing.ts";

export interface Spooling {
  readonly folder: string;
  /** Where lines go that are answered by a line each batch; as on a terminal, one connection. */
  readonly port: number;
  /** Alerts to send, numbered from 0. */
  readonly count: number;
  /** Characters of each. */
  readonly size?: number;
}

/** What is printed at the end. */
export interface Outcome {
  readonly counters: ReturnType<Delivery["counters"]>[number];
  readonly log: readonly string[];
}

/** Down until it is let go; then a batch has arrived when the other end says so. */
class LineSink implements Sink {
  #connection: Deno.TcpConn | undefined;
  isDown = true;

  constructor(readonly port: number) {}

  async write(batch: readonly FormattedAlert[]): Promise<void> {
    if (this.isDown) throw new SinkError("unavailable", "it is down");
    this.#connection ??= await Deno.connect({ port: this.port });
    const lines = batch.map(({ line }) => line);
    const bytes = new TextEncoder().encode(`${lines.join(" ")}\n`);
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    if (await this.#connection.read(new Uint8Array(1)) === null) {
      throw new SinkError("unavailable", "the other end is gone");
    }
  }

  close(): Promise<void> {
    this.#connection?.close();
    return Promise.resolve();
  }
}

if (import.meta.main) {
  const { folder, port, count, size = 0 }: Spooling = JSON.parse(Deno.args[0]!);
  const log = new Log();
  const sink = new LineSink(port);
  const spool = await Spool.open({ folder, maxBytes: 1 << 30, sync: false, log });
  const format = ({ message, fields }: Alert) =>
    message.replace(/\.*$/, "") + (fields.has(REPEATED_FIELD) ? "!" : "");
  const delivery = new Delivery({
    targets: [{
      name: "lines",
      sink,
      formatter: { format },
      retry: { attempts: 1, firstMs: 1, mostMs: 5 },
      spool,
      limits: { batchSize: 50 },
    }],
    log,
  });
  const counters = () => delivery.counters()[0]!;
  for (let i = 0; i < count; i++) delivery.enqueue(alert(String(i).padEnd(size, ".")));
  // On disk, or known not to fit there.
  while (counters().spool!.alerts + 50 < count && counters().spool!.failures === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  console.log("accepted");
  await Deno.stdin.read(new Uint8Array(1));
  sink.isDown = false;
  await delivery.flush(60_000);
  await delivery.close();
  const outcome: Outcome = { counters: counters(), log: log.lines };
  console.log(JSON.stringify(outcome));
}
