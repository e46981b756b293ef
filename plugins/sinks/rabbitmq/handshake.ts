/** How a connection begins: what is said, and what the server has to say to it, one after the other. */
import { joinBytes } from "../../../core/mod.ts";
import { MOST_FRAME_BYTES } from "./frames.ts";
import type { Method } from "./methods.ts";
import {
  channelOpen,
  confirmSelect,
  open,
  PROTOCOL_HEADER,
  queueDeclare,
  startOk,
  tuneOk,
} from "./requests.ts";

/** Where the server wants another, the shorter one counts. */
const HEARTBEAT_SECONDS = 30;
/** Every server takes as much: section 4.2.3. */
const LEAST_FRAME_BYTES = 4096;

export interface HandshakeRequest {
  readonly user: string;
  readonly password: string;
  readonly virtualHost: string;
  /** One that is to be there. */
  readonly queue: string | undefined;
}

/** What both ends keep to. */
export interface Tuned {
  readonly frameMax: number;
  readonly heartbeatSeconds: number;
}

/** Yields what is to be said next, and takes what the server answers; throws where that is something else. */
export function* handshake(request: HandshakeRequest): Generator<Uint8Array, Tuned, Method> {
  const { mechanisms } = wanted(yield PROTOCOL_HEADER, "start");
  if (!mechanisms.includes("PLAIN")) {
    throw new Error(`the server takes no passwords (PLAIN), only "${mechanisms.join(" ")}"`);
  }
  const tuned = agreed(wanted(yield startOk(request), "tune"));
  wanted(yield joinBytes([tuneOk(tuned), open(request.virtualHost)]), "open-ok");
  wanted(yield channelOpen(), "channel-open-ok");
  wanted(yield confirmSelect(), "select-ok");
  if (request.queue !== undefined) wanted(yield queueDeclare(request.queue), "declare-ok");
  return tuned;
}

type Told<Kind extends Method["kind"]> = Extract<Method, { kind: Kind }>;

function wanted<Kind extends Method["kind"]>(method: Method, kind: Kind): Told<Kind> {
  if (method.kind === kind) return method as Told<Kind>;
  throw new Error(`the server said ${method.kind} where ${kind} was due`);
}

function agreed({ frameMax, heartbeatSeconds }: Told<"tune">): Tuned {
  if (frameMax !== 0 && frameMax < LEAST_FRAME_BYTES) {
    throw new Error(
      `the server wants frames of ${frameMax} bytes, AMQP's least is ${LEAST_FRAME_BYTES}`,
    );
  }
  // 0 is no bound, and no heartbeat, of the server's.
  return {
    frameMax: Math.min(frameMax || Infinity, MOST_FRAME_BYTES),
    heartbeatSeconds: Math.min(heartbeatSeconds || Infinity, HEARTBEAT_SECONDS),
  };
}
