/** Tokens of OAuth 2.0 (RFC 6749), from servers that give them and in what they answer. */
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { withoutSecrets } from "./_secrets.ts";
import { type AskPlainly, askPlainly } from "./ask_plainly.ts";
import type { Authorization } from "./authorized_target.ts";
import { failureOf, membersIn } from "./reply.ts";
import type { HttpSettings } from "./schema.ts";
import { HttpTarget } from "./target.ts";

export interface TokenRequest {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  /** Parts of the form that nobody is to see, whatever the server says. */
  readonly secrets: readonly string[];
}

/** What is asked for the sake of a token, so that tests can have others. */
export interface TokenSources {
  readonly environment: (name: string) => string | undefined;
  /** Asks an address of this machine. */
  readonly ask: AskPlainly;
  /** Posts a form to a server that gives tokens. */
  readonly askForToken: (request: TokenRequest, context?: WriteContext) => Promise<string>;
}

/** Those of this process. */
export function tokenSources(
  settings: HttpSettings,
  environment: TokenSources["environment"] = (name) => Deno.env.get(name),
): TokenSources {
  return {
    environment,
    ask: askPlainly,
    askForToken: (request, context) => askForToken(settings, request, context),
  };
}

/** The body of the answer, which is a good one. What is no success says nothing of the alerts. */
async function askForToken(
  settings: HttpSettings,
  { url, form, secrets }: TokenRequest,
  context?: WriteContext,
): Promise<string> {
  const { origin } = new URL(url);
  const hide = (text: string) => withoutSecrets(text, secrets);
  const target = new HttpTarget({ ...settings, headers: {}, compress: false }, {
    url,
    judge: (reply, { message, retryAfterMs }) =>
      new SinkError("unavailable", failureOf(reply, origin, { hide })?.message ?? message, {
        ...retryAfterMs !== undefined && { retryAfterMs },
      }),
  });
  try {
    const { body } = await target.send({
      body: new URLSearchParams(form).toString(),
      contentType: "application/x-www-form-urlencoded",
      // The answer is a secret: nobody is to see it.
    }, context && { signal: context.signal });
    return body;
  } finally {
    await target.close();
  }
}

/** Of an answer that does not say how long its token is good for. */
const UNTOLD_SECONDS = 600;

/** Throws a `SinkError` that has nothing of the answer in it. */
export function tokenIn(
  body: string,
  { who, name = "access_token", nowMs = Date.now() }: {
    /** In words that begin a sentence. */
    readonly who: string;
    readonly name?: "access_token" | "id_token";
    readonly nowMs?: number;
  },
): Authorization {
  const { [name]: token, expires_in: seconds, expires_on: end } = membersIn(body);
  if (!isToken(token)) throw unreadable(who);
  if (name === "id_token") return bearer(token, endOfJwt(token));
  const endsAtMs = seconds === undefined && end !== undefined
    ? Number(end) * 1000
    : nowMs + Number(seconds ?? UNTOLD_SECONDS) * 1000;
  return bearer(token, Number.isFinite(endsAtMs) ? endsAtMs : nowMs + UNTOLD_SECONDS * 1000);
}

/** Of an answer that is nothing but a JWT. */
export function jwtIn(body: string, who: string): Authorization {
  const token = body.trim();
  if (!isToken(token)) throw unreadable(who);
  return bearer(token, endOfJwt(token));
}

/** What is shown of a token; without `endsAtMs` it does not end. */
export function bearer(token: string, endsAtMs?: number): Authorization {
  const value = new Secret({ value: `Bearer ${token}` });
  return { value, ...endsAtMs !== undefined && { endsAtMs } };
}

/** Absent: it does not say, or is no JWT (RFC 7519). */
function endOfJwt(token: string): number | undefined {
  try {
    const payload = Uint8Array.fromBase64(token.split(".")[1] ?? "", { alphabet: "base64url" });
    const { exp } = JSON.parse(new TextDecoder().decode(payload));
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** What a header can have. */
function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

function unreadable(who: string): SinkError {
  return new SinkError("unavailable", `${who} gives no token that can be read`);
}
