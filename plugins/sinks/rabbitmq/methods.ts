/** What a server says to a publisher, AMQP 0-9-1 with RabbitMQ's additions: rabbitmq.com/amqp-0-9-1-reference */
import type { Frame } from "./frames.ts";

/** The one that everything goes through; 0 is the connection itself. */
export const CHANNEL = 1;

interface Closing {
  readonly code: number;
  readonly text: string;
}

export type Method =
  | { readonly kind: "start"; readonly mechanisms: readonly string[] }
  | { readonly kind: "tune"; readonly frameMax: number; readonly heartbeatSeconds: number }
  | { readonly kind: "open-ok" }
  | { readonly kind: "close" } & Closing
  | { readonly kind: "close-ok" }
  | { readonly kind: "blocked"; readonly reason: string }
  | { readonly kind: "unblocked" }
  | { readonly kind: "channel-open-ok" }
  | { readonly kind: "channel-close" } & Closing
  | { readonly kind: "channel-flow"; readonly isActive: boolean }
  | { readonly kind: "select-ok" }
  | { readonly kind: "declare-ok" }
  | { readonly kind: "return" }
  | { readonly kind: "ack" | "nack"; readonly tag: number; readonly isMultiple: boolean };

/** Class and method, and what stands behind these numbers. */
const METHODS: Readonly<Record<string, (fields: Fields) => Method>> = {
  "10.10": (fields) => {
    const version = `${fields.octet()}-${fields.octet()}`;
    if (version !== "0-9") throw new Error(`the server speaks AMQP ${version}, not 0-9-1`);
    fields.longText();
    return { kind: "start", mechanisms: fields.longText().split(" ") };
  },
  "10.30": (fields) => {
    fields.short();
    return { kind: "tune", frameMax: fields.long(), heartbeatSeconds: fields.short() };
  },
  "10.41": () => ({ kind: "open-ok" }),
  "10.50": (fields) => ({ kind: "close", code: fields.short(), text: fields.shortText() }),
  "10.51": () => ({ kind: "close-ok" }),
  "10.60": (fields) => ({ kind: "blocked", reason: fields.shortText() }),
  "10.61": () => ({ kind: "unblocked" }),
  "20.11": () => ({ kind: "channel-open-ok" }),
  "20.20": (fields) => ({ kind: "channel-flow", isActive: fields.isSet(1) }),
  "20.40": (fields) => ({ kind: "channel-close", code: fields.short(), text: fields.shortText() }),
  "50.11": () => ({ kind: "declare-ok" }),
  "60.50": () => ({ kind: "return" }),
  "60.80": (fields) => ({ kind: "ack", tag: fields.longLong(), isMultiple: fields.isSet(1) }),
  // Requeueing, the second bit, is the server's own affair.
  "60.120": (fields) => ({ kind: "nack", tag: fields.longLong(), isMultiple: fields.isSet(1) }),
  "85.11": () => ({ kind: "select-ok" }),
};

/** Throws on what no publisher is told. */
export function readMethod({ channel, payload }: Frame): Method {
  const fields = new Fields(payload);
  const ofConnection = fields.short();
  const name = `${ofConnection}.${fields.short()}`;
  const read = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!read) throw new Error(`the server sent what nobody asked for: method ${name}`);
  if (channel !== (ofConnection === 10 ? 0 : CHANNEL)) {
    throw new Error(`the server sent method ${name} on channel ${channel}, where it means nothing`);
  }
  return read(fields);
}

/** What is known of a message by its header. */
export interface Header {
  readonly sizeBytes: number;
  /** Empty where it has none. */
  readonly messageId: string;
}

/** Properties stand in the order of their flags, as far as the id: section 4.2.6.1. */
export function readHeader(payload: Uint8Array): Header {
  const fields = new Fields(payload);
  fields.long();
  const sizeBytes = fields.longLong();
  const flags = fields.short();
  for (const flag of [0x8000, 0x4000]) if (flags & flag) fields.shortText();
  if (flags & 0x2000) fields.longText();
  for (const flag of [0x1000, 0x0800]) if (flags & flag) fields.octet();
  for (const flag of [0x0400, 0x0200, 0x0100]) if (flags & flag) fields.shortText();
  return { sizeBytes, messageId: flags & 0x0080 ? fields.shortText() : "" };
}

const decoder = new TextDecoder();

/** Reads one field after the other; throws where there is less than one says. */
class Fields {
  readonly #view: DataView;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  }

  octet(): number {
    return this.#view.getUint8(this.#next(1));
  }

  short(): number {
    return this.#view.getUint16(this.#next(2));
  }

  long(): number {
    return this.#view.getUint32(this.#next(4));
  }

  /** Not exact where nothing is as large as that. */
  longLong(): number {
    return Number(this.#view.getBigUint64(this.#next(8)));
  }

  shortText(): string {
    return this.#text(this.octet());
  }

  /** Tables have the same shape, and are not looked into. */
  longText(): string {
    return this.#text(this.long());
  }

  isSet(bit: number): boolean {
    return (this.octet() & bit) !== 0;
  }

  #text(size: number): string {
    const { buffer, byteOffset } = this.#view;
    return decoder.decode(new Uint8Array(buffer, byteOffset + this.#next(size), size));
  }

  #next(size: number): number {
    const start = this.#at;
    if (size > this.#view.byteLength - start) throw new Error("a frame of the server is cut short");
    this.#at += size;
    return start;
  }
}
