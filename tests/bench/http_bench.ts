/** Alerts to a web server of this machine, with `max_concurrency` 1, 2 and 4; 5 000 a second are 400 ms. */
import { Delivery } from "../../core/delivery/mod.ts";
import json from "../../plugins/formatters/json/mod.ts";
import http from "../../plugins/sinks/http/mod.ts";
import { sampleAlert } from "../contract/formatter_suite.ts";

const ALERTS = 2000;
const formatter = json.create(json.schema.parse({}) as never);
const fields = new Map(
  Array.from({ length: 12 }, (_, index) => [`field.${index}`, `value ${index}`]),
);
const alert = sampleAlert({ fields });
const log = { debug() {}, info() {}, warning() {}, error() {} };

const server = new Worker(new URL("./http_server.ts", import.meta.url), { type: "module" });
const port = await new Promise<number>((resolve) => {
  server.onmessage = ({ data }) => resolve(data);
});
globalThis.addEventListener("unload", () => server.terminate());

/** On one connection each alert waits for the answer to the one before it, and so do both processes. */
for (const connections of [1, 2, 4]) {
  Deno.bench({
    name: `${ALERTS} alerts as JSON to a web server, connections: ${connections}`,
    group: "http",
    async fn(bench) {
      const config = http.schema.parse({ url: `http://127.0.0.1:${port}/`, keep_alive: true });
      const [sink, ...others] = Array.from({ length: connections }, () => http.create(config));
      const { batchSize = 1 } = http;
      const limits = { capacity: ALERTS, batchSize };
      const targets = [{ name: "http", sink: sink!, others, formatter, limits, timeoutMs: 10_000 }];
      const delivery = new Delivery({ targets, log });
      bench.start();
      for (let i = 0; i < ALERTS; i++) delivery.enqueue(alert);
      await delivery.flush(60_000);
      bench.end();
      await delivery.close();
    },
  });
}
