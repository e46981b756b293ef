/**
 * The endpoint that API servers post audit events to.
 *
 * The answer comes when all events of a body have been judged and their alerts are on their way, so
 * what was accepted is not lost. On any answer but 200 the API server sends the body again, a few
 * times, and then gives it up: so one event that cannot be taken does not have its body refused.
 */
import {
  andMore,
  type BodyPlace,
  BodyRoom,
  escapeText,
  Seldom,
  type WebClient,
} from "../../../core/mod.ts";
import { type AuditIntake, type InputContext, TakenParts } from "./intake.ts";
import type { HttpInputConfig } from "./schema.ts";
import { cutPayload } from "./cut.ts";
import { type Origin, shiftAt, WHOLE, within } from "./origin.ts";
import { isBroken } from "./payload.ts";
import { addressFilter, type Token, tokenOf } from "./webhook_access.ts";
import { answerTo, REFUSED, refusedBody, sampleOf } from "./webhook_answers.ts";

export interface WebhookLimits {
  /** For a body to arrive; API servers wait 30 s for their answer. */
  readonly bodyTimeoutMs: number;
  /** Of bodies that are being read or judged; those that come slowest make room for others. */
  readonly maxHeldBytes: number;
  /** Requests at a time; in the same way. */
  readonly maxRequests: number;
  /** Between two messages of a kind. */
  readonly tellEveryMs: number;
}

export interface WebhookOptions {
  readonly intake: AuditIntake;
  readonly context: Pick<InputContext, "signal" | "log">;
  readonly limits?: Partial<WebhookLimits>;
}

const STANDARD: WebhookLimits = {
  bodyTimeoutMs: 15_000,
  maxHeldBytes: 64 << 20,
  maxRequests: 256,
  tellEveryMs: 30_000,
};

const MOST_OF_TYPE = 60;

export class Webhook {
  readonly #intake: AuditIntake;
  readonly #context: WebhookOptions["context"];
  readonly #limits: WebhookLimits;
  readonly #maxBodyBytes: number;
  readonly #isAllowed: (address: string) => boolean;
  readonly #token: Token | undefined;
  readonly #strangers: Seldom;
  readonly #problems: Seldom;
  readonly #room: BodyRoom;
  #requests = 0;
  #becameIdle: (() => void) | undefined;

  /** Throws `InputError` where addresses or tokens are not what they should be. */
  constructor(config: HttpInputConfig, { intake, context, limits }: WebhookOptions) {
    this.#intake = intake;
    this.#context = context;
    this.#limits = { ...STANDARD, ...limits };
    const { maxRequests: maxBodies, maxHeldBytes: maxBytes } = this.#limits;
    this.#room = new BodyRoom({ maxBodies, maxBytes });
    this.#maxBodyBytes = config.maxBodyBytes;
    this.#isAllowed = addressFilter(config.allowedSources);
    this.#token = tokenOf(config);
    this.#strangers = new Seldom(this.#limits.tellEveryMs);
    this.#problems = new Seldom(this.#limits.tellEveryMs);
  }

  async handle(request: Request, client: WebClient): Promise<Response> {
    const refused = this.#refuse(request, client);
    if (refused) return refused;
    const place = this.#room.take();
    if (!place) return this.#turnedAway(REFUSED.requests(this.#limits.maxRequests));
    this.#requests++;
    try {
      return await this.#take(request, client, place);
    } finally {
      place.leave();
      if (--this.#requests === 0) this.#becameIdle?.();
    }
  }

  /** Resolves when no request is under way. */
  async idle(): Promise<void> {
    if (this.#requests > 0) await new Promise<void>((resolve) => this.#becameIdle = resolve);
  }

  /** By what is known before the body is looked at. */
  #refuse({ headers, method }: Request, { address }: WebClient): Response | undefined {
    if (this.#context.signal.aborted) return REFUSED.ending();
    if (!this.#isAllowed(address)) {
      this.#tellOfStranger(`${address} is not in allowedSources`);
      return REFUSED.address(address);
    }
    if (this.#token && !this.#token.isIn(headers.get("authorization"))) {
      this.#tellOfStranger(`${address} has not brought the token`);
      return REFUSED.token();
    }
    if (method !== "POST") return REFUSED.method(method);
    const type = headers.get("content-type") ?? "nothing";
    if (type.includes("application/json")) return undefined;
    const shown = escapeText(type.slice(0, MOST_OF_TYPE));
    this.#tellOfStranger(`${address} calls them ${shown}, not application/json (Content-Type)`);
    return REFUSED.contentType();
  }

  async #take(request: Request, { address }: WebClient, place: BodyPlace): Promise<Response> {
    const { bodyTimeoutMs: timeoutMs, maxHeldBytes } = this.#limits;
    const { signal } = this.#context;
    const maxBytes = this.#maxBodyBytes;
    const all = new TakenParts();
    let before = WHOLE;
    const judge = async (bytes: Uint8Array, origin: Origin) => {
      const taken = await this.#intake.take(bytes, origin);
      if (taken.kind === "taken" && taken.problems[0]) {
        const { detail, offset } = taken.problems[0];
        const more = andMore(taken.problemCount - 1);
        const sample = sampleOf(bytes, offset - shiftAt(origin, offset));
        this.#tell(`in a body from ${address}: ${detail}, at ${sample}${more}`);
      }
      free(bytes);
      return all.add(taken);
    };
    // A bound on bodies would be one on what can be watched: whoever makes large requests could have those
    // of others, which travel in the same body, refused with his own.
    const makeRoom = async (bytes: Uint8Array) => {
      const cut = cutPayload(bytes);
      if (!cut) {
        if (isBroken(bytes)) await judge(bytes, before);
        return undefined;
      }
      free(bytes);
      const { payload, rest } = cut;
      await judge(payload.bytes, within(before, payload.origin));
      before = within(before, rest.origin);
      return all.isOver ? undefined : rest.bytes;
    };
    const body = await place.read(request, { maxBytes, timeoutMs, signal, makeRoom });
    if (body.kind === "read") await judge(body.bytes, before);
    else {
      if (signal.aborted) return REFUSED.ending();
      if (all.isOver) return answerTo(all.taken);
      if (body.kind === "too-large") this.#intake.passOver("body-too-large");
      this.#tell(`a body from ${address} was not taken: ${body.kind}`);
      const answer = refusedBody(body, { maxBytes, timeoutMs, maxHeldBytes });
      return body.kind === "no-room" ? this.#turnedAway(answer) : answer;
    }
    return answerTo(all.taken);
  }

  /** It may come again. */
  #turnedAway(answer: Response): Response {
    this.#intake.turnAway();
    return answer;
  }

  #tellOfStranger(what: string): void {
    this.#strangers.say((more) =>
      this.#context.log.warning(`audit events were refused: ${what}${andMore(more)}`)
    );
  }

  #tell(what: string): void {
    this.#problems.say((unsaid) => {
      const more = unsaid === 0 ? "" : `; ${unsaid} bodies before had problems, too`;
      this.#context.log.warning(`audit events: ${what}${more}`);
    });
  }
}

/**
 * Gives the memory of a body back that nobody looks at any more. The collector, which sees little of
 * it, would let 60 of them lie about.
 */
function free(bytes: Uint8Array): void {
  (bytes.buffer as ArrayBuffer).transfer(0);
}
