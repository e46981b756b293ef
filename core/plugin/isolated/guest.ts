/**
 * The plugin's side: loads its module and does what frames ask for. Runs in a worker of the plugin's
 * process, or in falcod itself for plugins that are trusted.
 *
 * The worker gets the text of this function, since nothing may be read there: so it uses nothing from
 * outside but its argument and what the platform has. Types are gone by then.
 */
import type {
  FormatterDefinition,
  PluginDefinition,
  Sink,
  SourceDefinition,
  SourceEvent,
} from "../sdk/mod.ts";
import type { FROM_GUEST, TO_GUEST } from "./frames.ts";

export interface GuestStart {
  readonly kind: "source" | "sink" | "formatter";
  /** As the manifest's schema left it. */
  readonly config: unknown;
  /** Media type of the module. */
  readonly type: string;
}

export interface GuestPort {
  /** Types of frames. */
  readonly to: typeof TO_GUEST;
  readonly from: typeof FROM_GUEST;
  /** The frame belongs to the receiver. */
  post(frame: Uint8Array<ArrayBuffer>): void;
  /** Called with each frame; the frame belongs to the callback. */
  listen(callback: (frame: Uint8Array) => void): void;
  load(source: Uint8Array, type: string): Promise<unknown>;
  /** What the plugin prints goes to the log as well: standard output is the way of the frames. */
  readonly console?: Console;
}

export function guest(port: GuestPort): void {
  const { to, from } = port;
  const headerBytes = 9, countedBytes = 5;
  const maxEventBytes = 256 << 10, batchBytes = 64 << 10, backlogBytes = 256 << 10, window = 4;
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  const stop = new AbortController();
  const writes = new Map<number, AbortController>();
  let start: GuestStart | undefined;
  let definition: PluginDefinition | undefined;
  let config: unknown;
  let sink: Sink | undefined;
  let formatter: Awaited<ReturnType<FormatterDefinition<unknown>["open"]>> | undefined;

  function send(type: number, id: number, text = ""): void {
    // One piece of memory, which UTF-8 of that many units fits into.
    const frame = new Uint8Array(headerBytes + 3 * text.length);
    const { written } = encoder.encodeInto(text, frame.subarray(headerBytes));
    const view = new DataView(frame.buffer);
    view.setUint32(0, countedBytes + written, true);
    frame[4] = type;
    view.setUint32(5, id, true);
    port.post(frame.slice(0, headerBytes + written));
  }

  function log(level: string, text: unknown): void {
    send(from.log, 0, JSON.stringify({ level, text: String(text).slice(0, 4000) }));
  }

  const logger = {
    debug: (message: string) => log("debug", message),
    info: (message: string) => log("info", message),
    warning: (message: string) => log("warning", message),
    error: (message: string) => log("error", message),
  };

  if (port.console) {
    for (const level of ["debug", "info", "log", "warn", "error"] as const) {
      const told = level === "log" ? "info" : level === "warn" ? "warning" : level;
      port.console[level] = (...words: unknown[]) => log(told, words.map(String).join(" "));
    }
  }

  /** `fetch` has its reason in the cause, and the whole address, which may be a secret. */
  function messageOf(error: unknown): string {
    const { message, cause } = typeof error === "object" && error !== null
      ? error as Record<string, unknown>
      : {};
    const reason = cause instanceof Error
      ? `: ${cause.message.replace(/ for url \(\S*\)/, "")}`
      : "";
    return `${message ?? error}${reason}`;
  }

  function fail(id: number, error: unknown): void {
    const known = typeof error === "object" && error !== null
      ? error as Record<string, unknown>
      : {};
    const message = messageOf(error).slice(0, 2000);
    const { code, retryAfterMs, accepted } = known;
    send(from.failed, id, JSON.stringify({ code, message, retryAfterMs, accepted }));
  }

  async function open(source: Uint8Array): Promise<void> {
    const module = await port.load(source, start!.type) as { readonly default?: PluginDefinition };
    definition = module?.default;
    if (definition?.kind !== start!.kind || typeof definition.definition !== "object") {
      const wanted = start!.kind.replace(/^./, (letter) => letter.toUpperCase());
      throw new Error(`its default export is not what define${wanted}() gives`);
    }
    const { definition: plugin } = definition;
    config = plugin.parseConfig ? plugin.parseConfig(start!.config) : start!.config;
    const context = { config, log: logger, signal: stop.signal };
    if (definition.kind === "sink") sink = await definition.definition.open(context);
    if (definition.kind === "formatter") formatter = await definition.definition.open(context);
    send(from.opened, 0);
  }

  async function write(id: number, payload: string): Promise<void> {
    const controller = new AbortController();
    writes.set(id, controller);
    try {
      await sink!.write(JSON.parse(payload), { signal: controller.signal });
      send(from.done, id);
    } catch (error) {
      fail(id, error);
    } finally {
      writes.delete(id);
    }
  }

  let texts: string[] = [];
  let textBytes = 0;
  let underWay = 0;
  let isFlushing = false;
  let dueMs = 0;
  const waiting: (() => void)[] = [];

  /** One frame of what has gathered, where falcod has taken enough of those before. */
  function flush(): void {
    isFlushing = false;
    while (textBytes > 0 && underWay < window) {
      let count = 0, bytes = 0;
      while (count < texts.length && bytes < batchBytes) bytes += texts[count++]!.length;
      send(from.events, 0, `[${texts.slice(0, count).join(",")}]`);
      texts = texts.slice(count);
      textBytes -= bytes;
      underWay++;
    }
    if (textBytes > backlogBytes) return;
    for (const go of waiting.splice(0)) go();
  }

  function emit(events: readonly SourceEvent[]): Promise<void> {
    if (!Array.isArray(events)) {
      throw new TypeError("emit() wants a sequence of events: [{ value: { … } }]");
    }
    for (const event of events) {
      const { time, value } = event ?? {};
      // What came from elsewhere and is no object is counted; nothing at all is a mistake in the plugin.
      const json = JSON.stringify(value);
      if (json === undefined) {
        throw new TypeError("emit() wants events with a value, an object: [{ value: { … } }]");
      }
      const timeMs = time === undefined ? Date.now() : Number(time);
      const text = `[${Number.isFinite(timeMs) ? timeMs : Date.now()},${json}]`;
      if (text.length > maxEventBytes) {
        log("warning", `an event of ${text.length} characters is left out, it is too large`);
        continue;
      }
      texts.push(text);
      textBytes += text.length;
    }
    if (textBytes >= batchBytes) flush();
    else if (!isFlushing && textBytes > 0) {
      isFlushing = true;
      dueMs = Date.now() + 1;
      setTimeout(flush, 1);
    }
    // Who computes without a pause would never see it sent.
    if (isFlushing && Date.now() - dueMs > 20) return new Promise((go) => setTimeout(go, 0));
    if (textBytes <= backlogBytes) return Promise.resolve();
    return new Promise((resolve) => void waiting.push(resolve));
  }

  async function run(id: number, source: SourceDefinition<unknown>): Promise<void> {
    const ready = () => send(from.ready, id);
    try {
      await source.run({ config, log: logger, signal: stop.signal, ready, emit });
      while (textBytes > 0) {
        flush();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      send(from.done, id);
    } catch (error) {
      fail(id, error);
    }
  }

  async function close(id: number): Promise<void> {
    stop.abort();
    try {
      await sink?.close?.();
    } catch (error) {
      log("error", `it did not close well: ${error}`);
    }
    send(from.done, id);
  }

  port.listen((frame) => {
    const type = frame[4];
    const id = new DataView(frame.buffer, frame.byteOffset).getUint32(5, true);
    const payload = frame.subarray(headerBytes);
    switch (type) {
      case to.start:
        start = JSON.parse(decoder.decode(payload));
        return;
      case to.entry:
        open(payload).catch((error) => {
          send(from.broken, 0, JSON.stringify({ message: messageOf(error).slice(0, 2000) }));
        });
        return;
      case to.write:
        return void write(id, decoder.decode(payload));
      case to.abort:
        return writes.get(id)?.abort(new Error("it took too long"));
      case to.format:
        try {
          const alerts = JSON.parse(decoder.decode(payload)) as never[];
          const lines = alerts.map((alert) => String(formatter!.format(alert)));
          send(from.lines, id, JSON.stringify(lines));
        } catch (error) {
          fail(id, error);
        }
        return;
      case to.run:
        if (definition?.kind === "source") void run(id, definition.definition);
        return;
      case to.taken:
        underWay = Math.max(0, underWay - id);
        return flush();
      case to.ping:
        return send(from.pong, id);
      case to.close:
        return void close(id);
    }
  });
}

/** The text of a worker that is the guest: `console` goes to the log, everything else over the port. */
export function guestScript(types: Pick<GuestPort, "to" | "from">): string {
  return `(${guest})({
  ...${JSON.stringify(types)},
  post: (frame) => self.postMessage(frame, [frame.buffer]),
  console,
  listen: (callback) => { self.onmessage = (event) => callback(event.data); },
  load: async (source, type) => {
    const url = URL.createObjectURL(new Blob([source], { type }));
    try { return await import(url); } finally { URL.revokeObjectURL(url); }
  },
});`;
}
