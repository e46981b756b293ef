/**
 * What an alert costs before it is on its way: all that happens on the event path, and none of what
 * sinks do. The issue of outputs wants 10 µs at most; a group's first line is the least there is.
 */
import type { FormattedAlert, OutputValue, Sink } from "../../core/mod.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import { compileMatch, Delivery, type DeliveryOptions, Spool } from "../../core/delivery/mod.ts";
import json from "../../plugins/formatters/json/mod.ts";
import file from "../../plugins/sinks/file/mod.ts";
import { sampleAlert } from "../contract/formatter_suite.ts";

const formatter = json.create(json.schema.parse({}) as never);
const fields = new Map<string, OutputValue>(
  Array.from({ length: 12 }, (_, index) => [`field.${index}`, `value ${index}`]),
);
const alert = sampleAlert({ fields });

class Nowhere implements Sink {
  write(_batch: readonly FormattedAlert[]): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const log = { debug() {}, info() {}, warning() {}, error() {} };
const target = (name: string) => ({ name, sink: new Nowhere(), formatter });
const condition =
  "alert.priority >= warning and alert.tags in (filesystem, network) and proc.name != cat";
const takes = compileMatch(new SourceText("match", condition), new Report())!;
const capacity = 1e9;

/** Alerts handed over in a row; what becomes of them is not measured. */
const BURST = 1000;

function measure(name: string, options: () => Promise<Options> | Options) {
  Deno.bench({
    name,
    group: "enqueue",
    async fn(bench) {
      const delivery = open(await options());
      bench.start();
      for (let i = 0; i < BURST; i++) delivery.enqueue(alert);
      bench.end();
      await delivery.close(60_000);
    },
  });
}

type Options = Partial<DeliveryOptions>;

function open(options: Options = {}): Delivery {
  return new Delivery({
    targets: [target("a")],
    log,
    capacity,
    capacityUnits: capacity,
    ...options,
  });
}

/** Emptied when the benchmarks are over. */
const FOLDER = Deno.makeTempDirSync({ prefix: "falcod-bench-" });
globalThis.addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));
let folders = 0;

async function throughSpool(): Promise<Options> {
  const folder = `${FOLDER}/${folders++}`;
  const spool = await Spool.open({ folder, maxBytes: 1e9, sync: false, log });
  return { targets: [{ ...target("a"), spool }] };
}

measure(`${BURST} alerts to one sink`, () => ({}));
measure(`${BURST} alerts to eight sinks, each with match`, () => ({
  targets: Array.from({ length: 8 }, (_, index) => ({ ...target(String(index)), takes })),
}));
measure(`${BURST} alerts to one sink, with rate and dedup`, () => ({
  holdBack: {
    rate: { perSecond: 1e9, burst: 1e9 },
    dedup: { keys: ["rule", "output", "field.1"], windowMs: 60_000 },
  },
}));
measure(`${BURST} alerts to one sink with a spool`, throughSpool);

async function deliver(delivery: Delivery): Promise<void> {
  for (let i = 0; i < 10_000; i++) delivery.enqueue(alert);
  await delivery.close(60_000);
}

Deno.bench({
  name: "10 000 alerts as JSON, until a sink that does nothing has them",
  group: "deliver",
  // Deno waits only for functions that say they are asynchronous.
  fn: async () => await deliver(open()),
});
Deno.bench({
  name: "10 000 alerts as JSON through a spool, until a sink that does nothing has them",
  group: "deliver",
  fn: async () => await deliver(open(await throughSpool())),
});
Deno.bench({
  name: "10 000 alerts as JSON, until they are in a file",
  group: "deliver",
  fn: async () => {
    const config = file.schema.parse({ filename: `${FOLDER}/alerts.txt`, keep_alive: true });
    await deliver(open({ targets: [{ ...target("a"), sink: file.create(config) }] }));
  },
});
