/** OpenTelemetry, as Deno sends it, to a receiver of the test's own. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, root } from "./program.ts";

interface Metric {
  readonly name: string;
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: readonly DataPoint[] };
  readonly gauge?: { readonly dataPoints: readonly DataPoint[] };
}
interface DataPoint {
  readonly asDouble: number;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue: string };
  }[];
}

/** What it got, by name, the last one of each; ends with `ended`. */
async function received(run: (endpoint: string) => Promise<void>) {
  const metrics = new Map<string, Metric>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const text = await request.text();
      if (new URL(request.url).pathname === "/v1/metrics") {
        for (const resource of JSON.parse(text).resourceMetrics) {
          for (const { metrics: told } of resource.scopeMetrics) {
            for (const metric of told as Metric[]) metrics.set(metric.name, metric);
          }
        }
      }
      return Response.json({});
    },
  );
  try {
    await run(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
  return metrics;
}

/** Tells what is in a few families until the end. */
const TELLER = `
const { exportTelemetry } = await import(Deno.args[1]);
const families = [
  { name: "falcod_a_total", help: "a", type: "counter", samples: [
    { labels: { rule: "ünder", other: "€ü" }, value: 7n },
    { labels: {}, value: 1 },
  ] },
  { name: "falcod_b", help: "b", type: "gauge", samples: [{ labels: {}, value: 0.5 }] },
];
console.log(await exportTelemetry(() => Promise.resolve([...families])));
families.push({ name: "falcod_late", help: "c", type: "gauge", samples: [{ labels: {}, value: 3 }] });
await new Promise((resolve) => setTimeout(resolve, Number(Deno.args[0])));
`;

async function tell(milliseconds: number, env: Readonly<Record<string, string>>): Promise<string> {
  const file = Deno.makeTempFileSync({ prefix: "falcod-otel-", suffix: ".ts" });
  try {
    Deno.writeTextFileSync(file, TELLER);
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--no-check",
        `--config=${root}deno.json`,
        file,
        `${milliseconds}`,
        `${root}core/app/metrics/telemetry.ts`,
      ],
      env,
    }).output();
    const decoder = new TextDecoder();
    assertEquals(code, 0, decoder.decode(stderr));
    return decoder.decode(stdout).trim();
  } finally {
    Deno.removeSync(file);
  }
}

Deno.test("metrics go to OpenTelemetry when the environment says so, late ones as well", async () => {
  const metrics = await received(async (endpoint) => {
    const said = await tell(2500, {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: "300",
    });
    assertEquals(said, "true");
  });
  const { sum } = metrics.get("falcod_a_total")!;
  assertEquals(sum!.isMonotonic, true);
  assertEquals(sum!.dataPoints.map(({ asDouble }) => asDouble).sort(), [1, 7]);
  const { attributes } = sum!.dataPoints.find(({ asDouble }) => asDouble === 7)!;
  const texts = Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
  assertEquals([texts.rule!.normalize("NFC"), texts.other], ["ünder", "€ü"]);
  assertEquals(metrics.get("falcod_b")!.gauge!.dataPoints[0]!.asDouble, .5);
  assertEquals(metrics.get("falcod_late")!.gauge!.dataPoints[0]!.asDouble, 3);
});

Deno.test("nothing is sent when the environment does not ask for it", async () => {
  const metrics = await received(async (endpoint) => {
    const said = await tell(500, {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: "100",
    });
    assertEquals(said, "false");
  });
  assertEquals(metrics.size, 0);
});

Deno.test("falcod itself runs with OpenTelemetry on and nobody listening", async () => {
  const { code, error } = await falcod(["--dry-run"], {
    environment: { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
  });
  assertEquals(code, 0, error);
  assert(error.includes("dry run"), error);
});
