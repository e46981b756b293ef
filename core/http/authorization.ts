import { Secret } from "../plugin/mod.ts";

/** Value of the header `Authorization` (RFC 7617). */
export function basicAuthorization(user: string, password: Secret): Secret {
  const pair = new TextEncoder().encode(`${user}:${password.reveal()}`);
  return new Secret({ value: `Basic ${pair.toBase64()}` });
}

/** The same of a token (RFC 6750). */
export function bearerAuthorization(token: Secret): Secret {
  return new Secret({ value: `Bearer ${token.reveal().trim()}` });
}
