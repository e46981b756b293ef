/**
 * A service account of Google's, and the server that gives tokens for what it signs: as
 * developers.google.com/identity/protocols/oauth2/service-account describes it. A signature is held
 * against the public key.
 */
import type { Received } from "./http_receiver.ts";

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const { privateKey, publicKey } = await crypto.subtle.generateKey(
  { ...ALGORITHM, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  true,
  ["sign", "verify"],
);
const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)).toBase64();

export const EMAIL = "falcod@project.iam.gserviceaccount.com";
export const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${
  der.replace(/.{64}/g, "$&\n")
}\n-----END PRIVATE KEY-----\n`;

/** The file that Google gives for it. */
export function accountKey(tokenUri: string): string {
  return JSON.stringify({
    type: "service_account",
    project_id: "project",
    private_key_id: "key-1",
    private_key: PRIVATE_KEY,
    client_email: EMAIL,
    token_uri: tokenUri,
  });
}

type Claims = Readonly<Record<string, string | number>>;

/** What the form says, once its signature was found right; else the refusal. */
export async function claimsIn(form: URLSearchParams): Promise<Claims | Response> {
  const refusal = (error: string) =>
    Response.json({ error, error_description: `no: ${form}` }, { status: 400 });
  const grant = form.get("grant_type");
  if (grant !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return refusal("unsupported");
  const [header = "", payload = "", signature = ""] = form.get("assertion")!.split(".");
  const read = (part: string) => Uint8Array.fromBase64(part, { alphabet: "base64url" });
  const text = new TextEncoder().encode(`${header}.${payload}`);
  const json = (part: string) => JSON.parse(new TextDecoder().decode(read(part)));
  const { alg, kid } = json(header);
  const claims: Claims = json(payload);
  const isRight = alg === "RS256" && kid === "key-1" && claims["iss"] === EMAIL &&
    Number(claims["exp"]) - Number(claims["iat"]) === 3600 &&
    Math.abs(Number(claims["iat"]) * 1000 - Date.now()) < 60_000 &&
    await crypto.subtle.verify(ALGORITHM, publicKey, read(signature), text);
  return isRight ? claims : refusal("invalid_grant");
}

/** A JWT that nobody has signed. */
export function unsignedJwt(claims: Claims): string {
  const encode = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value))
      .toBase64({ alphabet: "base64url", omitPadding: true });
  return `${encode({ alg: "none" })}.${encode(claims)}.signature`;
}

/** Tokens by what they are for. */
const TOKENS = new Map<string, string>();

/** For all tests of a file, so that it is there before their own servers answer anything. */
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
  const claims = await claimsIn(new URLSearchParams(await request.text()));
  if (claims instanceof Response) return claims;
  const { scope, target_audience } = claims;
  if (scope !== undefined) {
    const token = `ya29.${crypto.randomUUID()}`;
    TOKENS.set(token, String(scope));
    return Response.json({ access_token: token, expires_in: 3599, token_type: "Bearer" });
  }
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const token = unsignedJwt({ aud: target_audience!, email: EMAIL, exp });
  TOKENS.set(token, String(target_audience));
  return Response.json({ id_token: token });
});
server.unref();

/** Settings with which a sink is this account. */
export const CREDENTIALS = {
  credentials: accountKey(`http://127.0.0.1:${server.addr.port}/token`),
};

/** `answer` is asked about requests that show a token for this scope or audience. */
export function authorizedOnly(
  use: string | ((request: Received) => string),
  answer: (request: Received) => Response,
): (request: Received) => Response {
  return (request) => {
    const [, token = ""] = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
    const wanted = typeof use === "string" ? use : use(request);
    return TOKENS.get(token) === wanted
      ? answer(request)
      : Response.json({ error: { code: 401, status: "UNAUTHENTICATED" } }, { status: 401 });
  };
}
