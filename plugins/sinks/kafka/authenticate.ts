/** Who falcod is to a broker (SASL). */
import { scram } from "../../../core/mod.ts";
import type { BrokerConnection } from "./connection.ts";
import { kafkaError } from "./errors.ts";
import { saslAuthenticate, saslHandshake } from "./requests.ts";

export interface SaslOptions {
  readonly sasl: "plain" | "scram_sha256" | "scram_sha512";
  readonly user: string;
  readonly password: string;
}

const MECHANISMS = {
  plain: "PLAIN",
  scram_sha256: "SCRAM-SHA-256",
  scram_sha512: "SCRAM-SHA-512",
} as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Throws an `Error` where the broker does not want us, or is not who it should be. */
export async function authenticate(
  connection: BrokerConnection,
  { sasl, user, password }: SaslOptions,
): Promise<void> {
  const mechanism = MECHANISMS[sasl];
  const { error, mechanisms } = await connection.ask(saslHandshake(mechanism));
  if (error !== 0) {
    const known = mechanisms.slice(0, 8).join(", ") || "nothing";
    throw new Error(`the broker does not take ${mechanism}, only ${known}`);
  }
  const say = async (text: string) => {
    const { error, reason, bytes } = await connection.ask(saslAuthenticate(encoder.encode(text)));
    // Whoever connects takes secrets out of it: brokers may repeat them.
    if (error !== 0) throw new Error(kafkaError(error, reason || "authentication").message);
    return decoder.decode(bytes);
  };
  if (sasl === "plain") return void await say(`\0${user}\0${password}`);
  const hash = sasl === "scram_sha256" ? "sha256" : "sha512";
  const exchange = scram({ hash, user, password });
  exchange.verify(await say(exchange.final(await say(exchange.first))));
}
