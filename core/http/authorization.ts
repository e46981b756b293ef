import { Buffer } from "node:buffer";
import { Secret } from "../plugin/mod.ts";

/** Value of the header `Authorization` (RFC 7617). */
export function basicAuthorization(user: string, password: Secret): Secret {
  const pair = `${user}:${password.reveal()}`;
  return new Secret({ value: `Basic ${Buffer.from(pair, "utf8").toString("base64")}` });
}
