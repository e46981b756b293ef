/**
 * The process with the gRPC server in it. What clients can do to it, up to its end, they cannot do to
 * falcod: alerts stay there until a client has them.
 */
import type { HelperPipes } from "../../../core/mod.ts";
import { encodeFrame, type Frame, KIND, readFrames, unpackMessages } from "./frames.ts";
import { versionResponse } from "./messages.ts";
import { schema } from "./schema.ts";
import { type MessageSource, openServer, type OutputServer, type Portion } from "./server.ts";

const { toServer, toFalcod } = KIND;
const TRY_AGAIN_MS = 5000;
/** UTF-16 units. */
const LONGEST_TEXT = 1000;

/** Serves until falcod, which is trusted, has no more to say. */
export async function helper({ input, output }: HelperPipes): Promise<void> {
  const stop = new AbortController();
  const asked = new AskedFor((frame) => output(frame));
  let serving: Promise<void> = Promise.resolve();
  try {
    for await (const frame of readFrames(input, Infinity)) {
      if (frame.kind === toServer.serve) serving = serve(frame, { asked, output, stop });
      else if (frame.kind === toServer.messages) asked.answer(frame);
    }
  } finally {
    stop.abort();
    await serving;
  }
}

async function serve(
  { payload }: Frame,
  { asked, output, stop: { signal } }: {
    readonly asked: AskedFor;
    readonly output: HelperPipes["output"];
    readonly stop: AbortController;
  },
): Promise<void> {
  const config = schema.parse(JSON.parse(new TextDecoder().decode(payload)));
  const { version, engine_version: engineVersion } = config;
  const say = (kind: number, text: string) => {
    const payload = new TextEncoder().encode(text.slice(0, LONGEST_TEXT));
    output(encodeFrame(kind, { payload }));
  };
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
  while (!signal.aborted) {
    let server: OutputServer;
    try {
      server = await openServer({
        config,
        source: asked,
        version: versionResponse({ version, engineVersion }),
        warn: (text) => say(toFalcod.warning, text),
      });
    } catch (error) {
      say(toFalcod.failed, error instanceof Error ? error.message : String(error));
      await paused(TRY_AGAIN_MS, stopped);
      continue;
    }
    output(encodeFrame(toFalcod.listening, { number: server.port }));
    await stopped;
    await server.close();
  }
}

async function paused(ms: number, stopped: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([stopped, new Promise((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}

/** What clients wait for: falcod has it. */
class AskedFor implements MessageSource {
  readonly #say: (frame: Uint8Array) => void;
  readonly #waiting = new Map<number, (messages: Uint8Array[]) => void>();
  #lastId = 0;

  constructor(say: (frame: Uint8Array) => void) {
    this.#say = say;
  }

  async take(signal: AbortSignal): Promise<Portion> {
    const id = ++this.#lastId;
    const answered = new Promise<Uint8Array[]>((resolve) => this.#waiting.set(id, resolve));
    const enough = () => this.#say(encodeFrame(toFalcod.enough, { id }));
    this.#say(encodeFrame(toFalcod.want, { id, number: signal.aborted ? 0 : 1 }));
    if (!signal.aborted) signal.addEventListener("abort", enough, { once: true });
    const messages = await answered;
    signal.removeEventListener("abort", enough);
    const done = (number: number) => this.#say(encodeFrame(toFalcod.done, { id, number }));
    return { messages, done };
  }

  answer({ id, payload }: Frame): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(unpackMessages(payload));
  }
}
