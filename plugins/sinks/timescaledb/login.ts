/** Who falcod is to PostgreSQL. postgresql.org/docs/current/protocol-flow.html */
import { createHash } from "node:crypto";
import { joinBytes, scram, type ScramExchange } from "../../../core/mod.ts";
import { message } from "./messages.ts";

const OK = 0, PLAIN = 3, MD5 = 5, SASL = 10, SASL_CONTINUE = 11, SASL_FINAL = 12;
const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

export interface LoginOptions {
  readonly user: string;
  readonly password: string;
  /** Nobody on the way can read along. */
  readonly isPrivate: boolean;
}

type Awaited = "a question" | "its part of SCRAM" | "its proof" | "its leave" | "nothing";

/** Answers what a server asks for. */
export class Login {
  readonly #options: LoginOptions;
  #exchange: ScramExchange | undefined;
  /** What the server may say next: each answer is given once, as it costs work or a secret. */
  #awaited: Awaited = "a question";

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** The server has let falcod in, and has shown that it knows the password where it began to. */
  get isOver(): boolean {
    return this.#awaited === "nothing";
  }

  /** Absent: there is nothing to say. Throws an `Error` where the server asks for what it does not get. */
  answer(body: Uint8Array): Uint8Array | undefined {
    if (body.length < 4) throw new Error("the server's words at the login mean nothing");
    const kind = new DataView(body.buffer, body.byteOffset).getUint32(0);
    const rest = body.subarray(4);
    switch (kind) {
      case OK:
        // Some servers ask nothing. One that began with SCRAM has to end it.
        if (this.#awaited === "a question") this.#awaited = "its leave";
        this.#next("its leave", "nothing");
        return undefined;
      case PLAIN:
        this.#next("a question", "its leave");
        return message("p", this.#plainPassword());
      case MD5:
        this.#next("a question", "its leave");
        return message("p", this.#md5(rest.subarray(0, 4)));
      case SASL:
        this.#next("a question", "its part of SCRAM");
        return this.#begin(DECODER.decode(rest).split("\0"));
      case SASL_CONTINUE:
        this.#next("its part of SCRAM", "its proof");
        return message("p", ENCODER.encode(this.#begun().final(DECODER.decode(rest))));
      case SASL_FINAL:
        this.#next("its proof", "its leave");
        this.#begun().verify(DECODER.decode(rest));
        return undefined;
      default:
        throw new Error("the server asks for a way to log in that falcod does not know");
    }
  }

  #next(awaited: Awaited, next: Awaited): void {
    if (this.#awaited !== awaited) {
      throw new Error(`the server owes ${this.#awaited}, and says something else at the login`);
    }
    this.#awaited = next;
  }

  #begin(mechanisms: readonly string[]): Uint8Array {
    if (!mechanisms.includes("SCRAM-SHA-256")) {
      throw new Error("the server knows no SCRAM-SHA-256");
    }
    const { user, password } = this.#options;
    this.#exchange = scram({ hash: "sha256", user, password });
    const first = ENCODER.encode(this.#exchange.first);
    const length = new Uint8Array([0, 0, first.length >> 8, first.length & 0xff]);
    return message("p", "SCRAM-SHA-256", length, first);
  }

  #begun(): ScramExchange {
    if (!this.#exchange) throw new Error("the server goes on with a login that was not begun");
    return this.#exchange;
  }

  #plainPassword(): string {
    if (this.#options.isPrivate) return this.#options.password;
    throw new Error(
      "the server wants the password as it is, and anybody could read it: tls.enabled",
    );
  }

  #md5(salt: Uint8Array): string {
    const { user, password } = this.#options;
    const inner = createHash("md5").update(password + user).digest("hex");
    const both = joinBytes([ENCODER.encode(inner), salt]);
    return `md5${createHash("md5").update(both).digest("hex")}`;
  }
}
