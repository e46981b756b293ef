/**
 * Metrics for OpenTelemetry, through what Deno has built in: it is switched on and pointed somewhere
 * by the environment (`OTEL_DENO=true`, `OTEL_EXPORTER_OTLP_ENDPOINT` and the like), and Deno asks and
 * sends by itself. https://docs.deno.com/runtime/fundamentals/open_telemetry/
 */
import type { Family, Sample } from "../../metrics/mod.ts";
import { VERSION } from "../version.ts";

/** The part of OpenTelemetry's API that is used. */
interface Meter {
  createObservableCounter(name: string, options: { readonly description: string }): Observable;
  createObservableGauge(name: string, options: { readonly description: string }): Observable;
}
interface Observable {
  addCallback(callback: (result: Result) => Promise<void>): void;
}
interface Result {
  observe(value: number, attributes: Readonly<Record<string, string>>): void;
}

/** False when it is off: nothing is done then. `read` never rejects. */
export async function exportTelemetry(read: () => Promise<readonly Family[]>): Promise<boolean> {
  const meter = findMeter();
  if (!meter) return false;
  const known = new Set<string>();
  const learn = (families: readonly Family[]) => {
    for (const { name, help: description, type } of families) {
      if (known.has(name)) continue;
      known.add(name);
      const instrument = type === "counter"
        ? meter.createObservableCounter(name, { description })
        : meter.createObservableGauge(name, { description });
      instrument.addCallback((result) => observe(name, result));
    }
  };
  const observe = async (name: string, result: Result) => {
    const families = await read();
    const family = families.find((family) => family.name === name);
    for (const { value, labels } of family?.samples ?? []) {
      result.observe(Number(value), readable(labels));
    }
    // Those that turned up since then are told of next time.
    learn(families);
  };
  learn(await read());
  return true;
}

/**
 * Deno 2.9 takes texts whose letters all are Latin-1 for UTF-8 and sends what is broken then. With
 * their accents apart, most have letters beyond it, and mean the same.
 */
function readable(labels: Sample["labels"]): Sample["labels"] {
  const entries = Object.entries(labels)
    .map(([name, value]) => [name, isLatin(value) ? value.normalize("NFD") : value]);
  return Object.fromEntries(entries);
}

function isLatin(text: string): boolean {
  return /[\u0080-\u00ff]/.test(text) && !/[^\0-\u00ff]/.test(text);
}

function findMeter(): Meter | undefined {
  try {
    return Deno.telemetry.meterProvider.getMeter("falcod", VERSION);
  } catch {
    return undefined; // it says so by throwing
  }
}
