/** A service of Google Cloud that takes alerts. */
import { askPlainly } from "../http/ask_plainly.ts";
import { AuthorizedTarget } from "../http/authorized_target.ts";
import { askForToken } from "../http/oauth.ts";
import type { HttpSettings } from "../http/schema.ts";
import type { HttpReply, HttpRequest } from "../http/target.ts";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { findToken, type TokenUse } from "./find_token.ts";
import type { GcpIdentity } from "./schema.ts";

export interface GcpTargetOptions {
  /** Where requests go that say nothing else, without a slash at its end. */
  readonly address: string | Secret;
  readonly use: TokenUse;
  /** Of this process, unless a test says otherwise. */
  readonly environment?: (name: string) => string | undefined;
}

export class GcpTarget {
  readonly #address: string | Secret;
  readonly #target: AuthorizedTarget;

  constructor(
    settings: GcpIdentity & Omit<HttpSettings, "compress"> & { readonly endpoint?: Secret },
    { address, use, environment = (name) => Deno.env.get(name) }: GcpTargetOptions,
  ) {
    const http = { ...settings, compress: false };
    this.#address = settings.endpoint?.isEmpty === false ? settings.endpoint : address;
    this.#target = new AuthorizedTarget(http, {
      url: () => new Secret({ value: this.address() }),
      judge: judgeGoogleReply,
      authorize: (context) =>
        findToken(settings, {
          use,
          environment,
          ask: askPlainly,
          askForToken: (request, context) => askForToken(http, request, context),
        }, context),
    });
  }

  address(): string {
    const address = this.#address;
    return (typeof address === "string" ? address : address.reveal().trim()).replace(/\/+$/, "");
  }

  /** As `HttpTarget.send`, with a token. */
  send(request: HttpRequest, context?: WriteContext): Promise<HttpReply> {
    return this.#target.send(request, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

/** Of answers with 400: what was sent is not the reason, and it can be put right. google.aip.dev/193 */
const PASSING = /"status"\s*:\s*"FAILED_PRECONDITION"/;

function judgeGoogleReply(
  { status, body }: HttpReply,
  { message }: SinkError,
): SinkError | undefined {
  return status === 400 && PASSING.test(body) ? new SinkError("unavailable", message) : undefined;
}
