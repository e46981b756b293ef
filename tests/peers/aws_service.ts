/**
 * A service of AWS as far as signatures go: requests that are not signed by who is known are refused
 * as AWS refuses them. The signature is worked out anew from what arrived, as
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html describes it.
 */
import { createHash, createHmac } from "node:crypto";
import { type HttpReceiver, httpReceiver, type Received } from "./http_receiver.ts";

export const KEYS = {
  access_key_id: "AKIDEXAMPLE",
  secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

export interface AwsService extends HttpReceiver {
  /** Secrets by the ids of their keys. */
  readonly secrets: Map<string, string>;
}

/** `answer` is asked about requests that are signed as they should be. */
export function awsService(answer: (request: Received) => Response): AwsService {
  const server = httpReceiver();
  const secrets = knownSecrets();
  server.answer = signedOnly(answer, secrets);
  return Object.assign(server, { secrets });
}

/** The same for a server that is there already. */
export function signedOnly(
  answer: (request: Received) => Response,
  secrets: ReadonlyMap<string, string> = knownSecrets(),
): (request: Received) => Response {
  return (request) => refusal(request, secrets) ?? answer(request);
}

function knownSecrets(): Map<string, string> {
  return new Map([[KEYS.access_key_id, KEYS.secret_access_key]]);
}

/** Absent where the signature is right. */
export function refusal(
  request: Received,
  secrets: ReadonlyMap<string, string>,
): Response | undefined {
  const { headers, method, path, bytes } = request;
  const [, id, scope, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/
      .exec(headers.get("authorization") ?? "") ?? [];
  const secret = secrets.get(id ?? "");
  if (!scope || !names || !secret) return forbidden("UnrecognizedClientException");
  const [date, region, service] = scope.split("/");
  const [rawPath, query = ""] = path.split("?");
  const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, hexOf);
  const canonicalPath = service === "s3"
    ? rawPath!
    : rawPath!.split("/").map((part) => encode(part)).join("/");
  const canonicalQuery = [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join("&");
  const canonical = [
    method,
    canonicalPath,
    canonicalQuery,
    ...names.split(";").map((name) => `${name}:${(headers.get(name) ?? "").trim()}`),
    "",
    names,
    sha256(bytes),
  ].join("\n");
  const time = headers.get("x-amz-date") ?? "";
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  let key: Uint8Array = new TextEncoder().encode(`AWS4${secret}`);
  for (const part of [date!, region!, service!, "aws4_request"]) key = hmac(key, part);
  const right = hmac(key, toSign).toHex();
  return right === signature && time.startsWith(date!)
    ? undefined
    : forbidden("InvalidSignatureException");
}

function forbidden(name: string): Response {
  return Response.json({ __type: name, message: "who are you?" }, { status: 403 });
}

function hexOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}
