/** A service of Google Cloud that takes alerts. */
import { AuthorizedTarget } from "../http/authorized_target.ts";
import { withoutEnd } from "../http/place_below.ts";
import type { HttpAnswer, HttpReply, HttpRequest } from "../http/target.ts";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { gcpAuthorizer, type GcpAuthorizerOptions } from "./authorizer.ts";
import type { GcpSettings } from "./schema.ts";

export interface GcpTargetOptions extends GcpAuthorizerOptions {
  /** Of the service, without a slash at its end, where settings say no other. */
  readonly address: string;
}

export class GcpTarget {
  readonly #settings: GcpSettings;
  readonly #address: string;
  readonly #target: AuthorizedTarget;

  constructor(settings: GcpSettings, { address, ...options }: GcpTargetOptions) {
    this.#settings = settings;
    this.#address = address;
    this.#target = new AuthorizedTarget(settings, {
      url: () => new Secret({ value: this.address() }),
      judge: judgeGoogleReply,
      authorize: gcpAuthorizer(settings, options),
    });
  }

  /** Without a slash at its end. */
  address(): string {
    const { endpoint } = this.#settings;
    return endpoint.isEmpty ? this.#address : withoutEnd(endpoint.reveal());
  }

  /** As `HttpTarget.send`, with a token. */
  send(request: HttpRequest, context?: WriteContext): Promise<HttpAnswer> {
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
