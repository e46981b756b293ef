import { Secret } from "../plugin/mod.ts";

/** Value of the header `Authorization` (RFC 7617). */
export function basicAuthorization(user: string, password: Secret): Secret {
  const pair = new TextEncoder().encode(`${user}:${password.reveal()}`);
  return new Secret({ value: `Basic ${pair.toBase64()}` });
}
