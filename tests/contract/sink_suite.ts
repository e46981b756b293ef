/** What every sink keeps to; each sink's own test runs this against a real or local other end. */
import {
  type Alert,
  escapeText,
  type FormattedAlert,
  type OutputValue,
  type Sink,
  SinkError,
} from "../../core/mod.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { sampleAlert } from "./formatter_suite.ts";

export interface SinkSubject extends AsyncDisposable {
  readonly sink: Sink;
  /** Lines that have arrived at the other end, in order. */
  received(): Promise<readonly string[]>;
  /** Makes the other end go away. */
  breakDown(): Promise<void>;
}

export type SinkCase = "order" | "empty" | "long" | "hostile" | "broken" | "close";

/** `skips`: case → why this sink does not run it. */
export function testSink(
  name: string,
  open: () => Promise<SinkSubject>,
  skips: Partial<Record<SinkCase, string>> = {},
): void {
  const test = (kind: SinkCase, title: string, run: (subject: SinkSubject) => Promise<void>) => {
    const reason = skips[kind];
    Deno.test({
      name: `${name}: ${title}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      fn: async () => {
        await using subject = await open();
        await run(subject);
      },
    });
  };

  test("order", "write() keeps the order within and between batches", async (subject) => {
    await subject.sink.write(formatted("1", "2"));
    await subject.sink.write(formatted("3"));
    assertEquals(await subject.received(), ["1", "2", "3"]);
  });

  test("empty", "write() of nothing writes nothing", async (subject) => {
    await subject.sink.write([]);
    await subject.sink.write(formatted("1"));
    assertEquals(await subject.received(), ["1"]);
  });

  test("long", "write() takes a line of 1 MB", async (subject) => {
    const line = "ü".repeat(500_000);
    await subject.sink.write(formatted(line, "2"));
    assertEquals(await subject.received(), [line, "2"]);
  });

  test(
    "hostile",
    "write() takes what no text should hold, and what comes after",
    async (subject) => {
      const alert = hostileAlert();
      await subject.sink.write([{ alert, line: alert.message }, ...formatted("2")]);
      assertEquals((await subject.received()).at(-1), "2");
    },
  );

  test("broken", "write() rejects with a SinkError when the other end is gone", async (subject) => {
    await subject.breakDown();
    await assertRejects(() => subject.sink.write(formatted("1")), SinkError);
  });

  test("close", "close() may be called twice", async (subject) => {
    await subject.sink.write(formatted("1"));
    await subject.sink.close();
    await subject.sink.close();
    assertEquals(await subject.received(), ["1"]);
  });
}

/** Every control character and broken UTF-8 wherever texts are, and 1 MB of it. */
function hostileAlert(): Alert {
  const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("");
  const text = `${controls}\u2028\u2029\u202e\u2066\ufeff\ufffe"'\\\ud800x\udc00`;
  const long = text.repeat(Math.ceil(1_000_000 / text.length));
  return sampleAlert({
    rule: text,
    source: text,
    tags: [text, ""],
    hostname: text,
    message: escapeText(text),
    fields: new Map<string, OutputValue>([[text, text], ["list", [text, 1n, null]], [
      "long",
      long,
    ]]),
  });
}

export function formatted(...lines: string[]): FormattedAlert[] {
  return lines.map((line) => ({ alert: sampleAlert({ message: line }), line }));
}
