/** Requests with a signature (AWS Signature Version 4). */
import type { HttpRequest } from "../http/target.ts";
import { Secret } from "../plugin/secret.ts";
import type { AwsCredentials } from "./credentials.ts";

export interface SignOptions {
  readonly credentials: AwsCredentials;
  /** As signatures name it: "sqs", "logs". */
  readonly service: string;
  readonly region: string;
  /** Now, unless a test says otherwise: `20150830T123600Z`. */
  readonly time?: string;
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(["authorization", "x-amz-security-token"]);

/** The request with the headers that make it ours; its address is an URL. */
export async function signed(
  request: HttpRequest & { readonly url: string | Secret },
  { credentials, service, region, time }: SignOptions,
): Promise<HttpRequest> {
  const { AwsV4Signer } = await import("aws4fetch");
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const headers = new Headers();
  const given = new Set(Object.keys(request.headers ?? {}).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers.set(name, typeof value === "string" ? value : value.reveal());
  }
  const signer = new AwsV4Signer({
    method: request.method ?? "POST",
    url: typeof request.url === "string" ? request.url : request.url.reveal(),
    headers,
    body: request.body as BodyInit,
    accessKeyId,
    secretAccessKey,
    ...sessionToken !== undefined && { sessionToken },
    service,
    region,
    ...time !== undefined && { datetime: time },
  });
  const { headers: ours } = await signer.sign();
  const signature = Object.fromEntries(
    [...ours].filter(([name]) => !given.has(name)).map(([name, value]) =>
      [name, SECRET_HEADERS.has(name) ? new Secret({ value }) : value] as const
    ),
  );
  return {
    ...request,
    method: request.method ?? "POST",
    headers: { ...request.headers, ...signature },
  };
}
