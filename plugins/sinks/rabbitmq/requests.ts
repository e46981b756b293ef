/** What a publisher says to a server, as frames of AMQP 0-9-1: rabbitmq.com/amqp-0-9-1-reference */
import { joinBytes } from "../../../core/mod.ts";
import { bodyFrames, frame, HEADER, HEARTBEAT, METHOD } from "./frames.ts";
import { CHANNEL } from "./methods.ts";

const encoder = new TextEncoder();
export const MAX_SHORT_TEXT_BYTES = 255;

const octet = (value: number) => Uint8Array.of(value);
const short = (value: number) => Uint8Array.of(value >> 8, value);
const long = (value: number) => joinBytes([short(value >>> 16), short(value & 0xffff)]);
const longLong = (value: number) =>
  joinBytes([long(Math.floor(value / 2 ** 32)), long(value >>> 0)]);

function shortText(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length > MAX_SHORT_TEXT_BYTES) {
    throw new Error(`AMQP takes names of ${MAX_SHORT_TEXT_BYTES} bytes, and not "${text}"`);
  }
  return joinBytes([octet(bytes.length), bytes]);
}

function longBytes(bytes: Uint8Array): Uint8Array {
  return joinBytes([long(bytes.length), bytes]);
}

type Table = Readonly<{ [name: string]: string | true | Table }>;

function table(entries: Table): Uint8Array {
  return longBytes(joinBytes(
    Object.entries(entries).flatMap(([name, value]) => {
      const letter = value === true ? "t" : typeof value === "string" ? "S" : "F";
      const bytes = value === true
        ? octet(1)
        : typeof value === "string"
        ? longBytes(encoder.encode(value))
        : table(value);
      return [shortText(name), encoder.encode(letter), bytes];
    }),
  ));
}

function method(
  channel: number,
  ids: readonly [number, number],
  ...fields: readonly Uint8Array[]
): Uint8Array {
  return frame({ kind: METHOD, channel, payload: joinBytes([...ids.map(short), ...fields]) });
}

export const PROTOCOL_HEADER: Uint8Array = Uint8Array.of(...encoder.encode("AMQP"), 0, 0, 9, 1);

/** Without these, a server closes the connection and says neither why nor that it is blocked. */
const CAPABILITIES: Table = {
  "publisher_confirms": true,
  "basic.nack": true,
  "connection.blocked": true,
  "authentication_failure_close": true,
};

export function startOk({ user, password }: { readonly user: string; readonly password: string }) {
  return method(
    0,
    [10, 11],
    table({ product: "falcod", connection_name: "falcod", capabilities: CAPABILITIES }),
    shortText("PLAIN"),
    longBytes(encoder.encode(`\0${user}\0${password}`)),
    shortText("en_US"),
  );
}

export function tuneOk(
  { frameMax, heartbeatSeconds }: { readonly frameMax: number; readonly heartbeatSeconds: number },
): Uint8Array {
  return method(0, [10, 31], short(CHANNEL), long(frameMax), short(heartbeatSeconds));
}

export function open(virtualHost: string): Uint8Array {
  return method(0, [10, 40], shortText(virtualHost), shortText(""), octet(0));
}

export function close(): Uint8Array {
  return method(0, [10, 50], short(200), shortText("Goodbye"), short(0), short(0));
}

export function closeOk(): Uint8Array {
  return method(0, [10, 51]);
}

export function channelOpen(): Uint8Array {
  return method(CHANNEL, [20, 10], shortText(""));
}

export function channelFlowOk(isActive: boolean): Uint8Array {
  return method(CHANNEL, [20, 21], octet(isActive ? 1 : 0));
}

export function channelCloseOk(): Uint8Array {
  return method(CHANNEL, [20, 41]);
}

/** From here on, the server confirms each message. */
export function confirmSelect(): Uint8Array {
  return method(CHANNEL, [85, 10], octet(0));
}

const DURABLE = 2;

export function queueDeclare(queue: string): Uint8Array {
  return method(CHANNEL, [50, 10], short(0), shortText(queue), octet(DURABLE), table({}));
}

export function heartbeat(): Uint8Array {
  return frame({ kind: HEARTBEAT, channel: 0, payload: new Uint8Array() });
}

export interface Publication {
  readonly exchange: string;
  readonly routingKey: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly timeSeconds: number;
  readonly body: Uint8Array;
}

const BASIC = 60;
/** What no queue takes comes back. */
const MANDATORY = 1;
const PERSISTENT = 2;
/** Of the properties below. */
const FLAGS = 0x8000 | 0x4000 | 0x1000 | 0x0080 | 0x0040 | 0x0008;

/** `frameMax`: of what the server takes. */
export function publish(
  { exchange, routingKey, messageId, contentType, timeSeconds, body }: Publication,
  frameMax: number,
): Uint8Array {
  const header = joinBytes([
    short(BASIC),
    short(0),
    longLong(body.length),
    short(FLAGS),
    shortText(contentType),
    shortText("utf-8"),
    octet(PERSISTENT),
    shortText(messageId),
    longLong(timeSeconds),
    shortText("falcod"),
  ]);
  const names = [shortText(exchange), shortText(routingKey)];
  return joinBytes([
    method(CHANNEL, [BASIC, 40], short(0), ...names, octet(MANDATORY)),
    frame({ kind: HEADER, channel: CHANNEL, payload: header }),
    bodyFrames(CHANNEL, { body, frameMax }),
  ]);
}
