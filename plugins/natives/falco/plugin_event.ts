/** Events of plugins: those of their own source, and those that their threads send. */
import { decodeUtf8, type Event, type ParamValue } from "../../../core/mod.ts";
import { EVENT_HEADER, type EventInput } from "../../../ffi/c_plugin/mod.ts";

/** PPME_PLUGINEVENT_E: plugin_id, event_data. PPME_ASYNCEVENT_E: plugin_id, name, data. */
const PLUGIN_EVENT = 322;
const LENGTH_BYTES = 4;
const NO_TIME = 0xffff_ffff_ffff_ffffn, NO_THREAD = -1n;
const ID_BYTES = 4;

/** Where the parameters of an event are, in bytes from its start; absent when it is not whole. */
export function paramsOf(
  bytes: Uint8Array,
  count: number,
): readonly (readonly [start: number, end: number])[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = EVENT_HEADER.byteLength + count * LENGTH_BYTES;
  if (at > bytes.length || view.getUint32(EVENT_HEADER.paramCount, true) !== count) {
    return undefined;
  }
  const params: [number, number][] = [];
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(EVENT_HEADER.byteLength + index * LENGTH_BYTES, true);
    if (length > bytes.length - at) return undefined;
    params.push([at, at += length]);
  }
  return params;
}

/** Reads and writes what stands in the header of an event. */
export class EventHeader {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get type(): number {
    return this.#view.getUint16(EVENT_HEADER.type, true);
  }

  get threadId(): bigint {
    return this.#view.getBigInt64(EVENT_HEADER.threadId, true);
  }

  /** Plugins may leave the time to others. */
  timeOr(nowNs: () => bigint): bigint {
    const timeNs = this.#view.getBigUint64(EVENT_HEADER.timeNs, true);
    if (timeNs !== NO_TIME) return timeNs;
    const now = nowNs();
    this.#view.setBigUint64(EVENT_HEADER.timeNs, now, true);
    return now;
  }

  /** Events of plugins are of no thread. */
  forgetThread(): void {
    this.#view.setBigInt64(EVENT_HEADER.threadId, NO_THREAD, true);
  }
}

/** Number of a source in an event's first parameter. */
export function sourceIdAt(bytes: Uint8Array, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + start, ID_BYTES).getUint32(0, true);
}

export function putSourceId(bytes: Uint8Array, start: number, id: number): void {
  new DataView(bytes.buffer, bytes.byteOffset + start, ID_BYTES).setUint32(0, id, true);
}

/** Why an event of the source with this number cannot be taken; otherwise it is made whole. */
export function problemWith(bytes: Uint8Array, id: number): string | undefined {
  const header = new EventHeader(bytes);
  if (header.type !== PLUGIN_EVENT) return "it is of another type";
  const params = paramsOf(bytes, 2);
  const [start, end] = params?.[0] ?? [0, 0];
  if (end - start !== ID_BYTES) return "its parameters are not those of a plugin's event";
  const found = sourceIdAt(bytes, start);
  if (found === 0) putSourceId(bytes, start, id);
  else if (found !== id) return `it says it is of source ${found}, and the plugin's is ${id}`;
  header.forgetThread();
  return undefined;
}

interface PluginEventOptions {
  readonly source: string;
  readonly pluginName: string;
  readonly number: number;
  readonly timeNs: bigint;
  readonly firstTimeNs: bigint;
  readonly type: number;
  /** Where its parameters are in `bytes`. */
  readonly params: readonly (readonly [start: number, end: number])[];
  readonly bytes: Uint8Array;
  /** The plugin's own text for it. */
  readonly info?: () => string | undefined;
}

const SHOWN_BYTES = 50;

/** Borrowed, as its bytes are. */
export class PluginEvent implements Event {
  readonly cpu = 0;
  readonly threadId: number = 0;
  readonly processId: number = 0;
  readonly result = undefined;
  readonly compat = false;
  readonly change = undefined;
  readonly descriptor = undefined;
  readonly hasResolvedView = false;
  readonly selfContained = true;
  readonly standsAlone = true;
  readonly originClockNs = 0;
  readonly source: string;
  readonly type: number;
  readonly pluginName: string;
  readonly timeNs: bigint;
  readonly clockNs: number;
  number: number;
  readonly #options: PluginEventOptions;

  constructor(options: PluginEventOptions) {
    this.#options = options;
    this.source = options.source;
    this.type = options.type;
    this.pluginName = options.pluginName;
    this.number = options.number;
    this.timeNs = options.timeNs;
    this.clockNs = Number(options.timeNs - options.firstTimeNs);
  }

  get paramCount(): number {
    return this.#options.params.length;
  }

  param(index: number): ParamValue {
    const bytes = this.#bytesOf(index);
    if (!bytes) return undefined;
    if (index === 0) return bytes.length === ID_BYTES ? sourceIdAt(bytes, 0) : undefined;
    const isName = this.type !== PLUGIN_EVENT && index === 1;
    return isName ? decodeUtf8(bytes.subarray(0, terminated(bytes))) : bytes;
  }

  /** What the plugin says, or as Falco shows an event of which it says nothing. */
  get pluginInfo(): string {
    const said = this.#options.info?.();
    if (said) return said;
    const data = this.#bytesOf(1) ?? new Uint8Array();
    const shown = data.subarray(0, SHOWN_BYTES);
    const isText = shown.every((byte) => byte >= 0x20 && byte < 0x7f);
    const text = isText ? decodeUtf8(shown) + (data.length > SHOWN_BYTES ? "..." : "") : "<binary>";
    return `datalen=${data.length} data=${text}`;
  }

  /** Its bytes are those, not others'. */
  isIn(memory: ArrayBuffer): boolean {
    return this.#options.bytes.buffer === memory;
  }

  copyTo(input: EventInput): void {
    const { bytes } = this.#options;
    input.begin(bytes.length, this.number).set(bytes);
  }

  #bytesOf(index: number): Uint8Array | undefined {
    const [start, end] = this.#options.params[index] ?? [];
    return start === undefined ? undefined : this.#options.bytes.subarray(start, end);
  }
}

/** Without the NUL at the end of a text. */
function terminated(bytes: Uint8Array): number {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes.length : end;
}
