/** What every sink over HTTP keeps to, held against a server of this machine. */
import {
  type Alert,
  escapeText,
  type FormattedAlert,
  type OutputValue,
  type Sink,
  SinkError,
  type SinkPlugin,
} from "../../core/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { httpReceiver, type Received } from "../peers/http_receiver.ts";
import { HOSTILE, sampleAlert } from "./formatter_suite.ts";
import { type SinkCase, testSink } from "./sink_suite.ts";

export interface HttpSinkOptions {
  /** Settings that lead to the server at `url`. */
  readonly config: (url: string) => unknown;
  /** The messages of alerts that a request holds. */
  readonly messages: (request: Received) => readonly string[];
  readonly skips?: Partial<Record<SinkCase, string>>;
  /** What the other end takes at most; absent: whatever there is. */
  readonly mostBytes?: number;
  /** A good answer, where an empty one is none. */
  readonly answer?: (request: Received) => Response;
  /** Whether a request has alerts in it; others get `answer` whatever happens. All have, unless said. */
  readonly hasAlerts?: (request: Received) => boolean;
  /** Bodies are no JSON. */
  readonly isText?: boolean;
}

export function testHttpSink<Config>(plugin: SinkPlugin<Config>, options: HttpSinkOptions): void {
  const { name } = plugin;
  testSink(name, () => {
    const { server, sink } = open(plugin, options);
    return Promise.resolve({
      sink,
      received: () => Promise.resolve(server.received.flatMap(options.messages)),
      breakDown: () => server.stop(),
      [Symbol.asyncDispose]: async () => {
        await sink.close();
        await server.stop();
      },
    });
  }, options.skips);

  Deno.test(`${name}: whatever texts hold, bodies are well-formed and not too long`, async () => {
    const { server, sink } = open(plugin, options);
    await using _server = server;
    for (const alert of [hostileAlert(HOSTILE), hostileAlert(`${HOSTILE} 😀"\\`.repeat(30_000))]) {
      await sink.write([alert]);
    }
    await sink.close();
    assert(server.received.length >= 2);
    for (const { body } of server.received) {
      // deno-lint-ignore no-control-regex -- line ends stand between documents
      assert(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/.test(body));
      assert(!body.includes("\\ud800"), "a lone surrogate");
      assert(new TextEncoder().encode(body).length <= (options.mostBytes ?? Infinity));
      if (options.isText) continue;
      for (const line of body.trimEnd().split("\n")) JSON.parse(line);
    }
  });

  Deno.test(`${name}: says whether it is worth trying again, and when`, async () => {
    const { server, sink } = open(plugin, options);
    await using _server = server;
    const failure = async (status: number, headers: Record<string, string> = {}) => {
      const { answer, hasAlerts = () => true } = options;
      server.answer = (request) =>
        answer && !hasAlerts(request) ? answer(request) : new Response("no", { status, headers });
      const error = await sink.write([formattedAlert()]).then(() => undefined, (error) => error);
      assert(error instanceof SinkError, `${error}`);
      return error;
    };
    assertEquals((await failure(400)).code, "rejected");
    assertEquals((await failure(500)).code, "unavailable");
    const busy = await failure(429, { "retry-after": "7" });
    assertEquals([busy.code, busy.retryAfterMs], ["unavailable", 7000]);
    await sink.close();
  });
}

/** Sends alerts, and gives back the requests that came of them. */
export async function requestsOf<Config>(
  plugin: SinkPlugin<Config>,
  options: Pick<HttpSinkOptions, "config" | "answer">,
  ...alerts: readonly Partial<Alert>[]
): Promise<readonly Received[]> {
  const { server, sink } = open(plugin, options);
  await using _server = server;
  await sink.write(alerts.map(formattedAlert));
  await sink.close();
  return server.received;
}

export function formattedAlert(parts: Partial<Alert> = {}): FormattedAlert {
  const alert = sampleAlert(parts);
  return { alert, line: alert.message };
}

function open<Config>(
  plugin: SinkPlugin<Config>,
  { config, answer }: Pick<HttpSinkOptions, "config" | "answer">,
) {
  const server = httpReceiver();
  if (answer) server.answer = answer;
  const sink: Sink = plugin.create(plugin.schema.parse(config(server.url)));
  return { server, sink };
}

function hostileAlert(text: string): FormattedAlert {
  return formattedAlert({
    rule: text,
    source: text,
    tags: [text],
    hostname: text,
    message: escapeText(text),
    fields: new Map<string, OutputValue>([[text, text], ["list", [text, 1n, null]]]),
  });
}
