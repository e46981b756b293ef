/** A service of AWS that takes alerts. */
import type { WriteContext } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import { type HttpAnswer, type HttpRequest, HttpTarget } from "../http/target.ts";
import { withoutEnd } from "../http/place_below.ts";
import { askPlainly } from "../http/ask_plainly.ts";
import type { AwsCredentials } from "./credentials.ts";
import { isStale, judgeAwsReply } from "./failure.ts";
import { findCredentials, type Surroundings } from "./find_credentials.ts";
import type { AwsSettings } from "./schema.ts";
import { signed } from "./sign.ts";
import { assumeRole } from "./sts.ts";

export interface AwsTargetOptions {
  /** As signatures and addresses name it: "sqs", "logs". */
  readonly service: string;
  /** Where what is written to has its region in its name: an ARN, or the address of a queue. */
  readonly name?: string | Secret;
  /** Of this process, unless a test says otherwise. */
  readonly environment?: (name: string) => string | undefined;
}

/** New ones are fetched so long before the old ones end. */
const SPARE_MS = 5 * 60_000;

export class AwsTarget {
  readonly #settings: AwsSettings;
  readonly #service: string;
  readonly #name: string | Secret;
  readonly #environment: (name: string) => string | undefined;
  readonly #http: HttpTarget;
  #credentials: AwsCredentials | undefined;

  constructor(settings: AwsSettings, options: AwsTargetOptions) {
    const { service, name = "", environment = (name) => Deno.env.get(name) } = options;
    this.#settings = settings;
    this.#service = service;
    this.#name = name;
    this.#environment = environment;
    this.#http = new HttpTarget(settings, {
      url: () => new Secret({ value: this.endpoint() }),
      judge: (reply, failure) => {
        if (isStale(reply)) this.#credentials = undefined;
        return judgeAwsReply(reply, failure);
      },
    });
  }

  /** Throws a `SinkError` (`unavailable`) where nothing says which it is. */
  region(): string {
    const name = typeof this.#name === "string" ? this.#name : this.#name.reveal();
    const region = this.#settings.region || regionIn(name) ||
      this.#environment("AWS_REGION") || this.#environment("AWS_DEFAULT_REGION");
    if (region) {
      if (/^[a-z0-9-]{1,64}$/.test(region)) return region;
      throw new SinkError("unavailable", `"${region.slice(0, 64)}" is no region of AWS`);
    }
    throw new SinkError("unavailable", "Nothing says which region of AWS is meant: set region");
  }

  /** Without a slash at its end. */
  endpoint(): string {
    const { endpoint } = this.#settings;
    return withoutEnd(endpoint.reveal()) || addressOf(this.#service, this.region());
  }

  /** Signs the request and sends it; the rest is as `HttpTarget.send` has it. */
  async send(request: HttpRequest, context?: WriteContext): Promise<HttpAnswer> {
    const { service, region } = { service: this.#service, region: this.region() };
    const credentials = await this.#current(context);
    const url = request.url ?? `${this.endpoint()}/`;
    return await this.#http.send(
      await signed({ ...request, url }, { credentials, service, region }),
      context,
    );
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #current(context?: WriteContext): Promise<AwsCredentials> {
    const known = this.#credentials;
    if (known && Date.now() < (known.expiresAtMs ?? Infinity) - SPARE_MS) return known;
    const { role_arn: role, external_id: externalId } = this.#settings;
    const surroundings: Surroundings = {
      environment: this.#environment,
      ask: askPlainly,
      sts: (form, context) => this.#askSts(form, undefined, context),
    };
    const own = await findCredentials(this.#settings, surroundings, context);
    // A role that a pod has may seldom assume itself: falcosidekick's chart names it in both places.
    const isEnough = role === "" || role === own.role;
    const found = isEnough ? own : await assumeRole(
      (form, context) => this.#askSts(form, own, context),
      { role, externalId },
      context,
    );
    return this.#credentials = found;
  }

  async #askSts(
    form: string,
    credentials: AwsCredentials | undefined,
    context?: WriteContext,
  ): Promise<string> {
    const region = this.region();
    const given = this.#settings.sts_endpoint.reveal().trim();
    const request = {
      url: given === "" ? `${addressOf("sts", region)}/` : given,
      body: form,
      contentType: "application/x-www-form-urlencoded",
    };
    try {
      const { body } = await this.#http.send(
        credentials ? await signed(request, { credentials, service: "sts", region }) : request,
        // The answer is a secret: nobody is to see it.
        context && { signal: context.signal },
      );
      return body;
    } catch (error) {
      // A role that cannot be assumed says nothing of the alerts.
      if (error instanceof SinkError && error.code === "rejected") {
        throw new SinkError("unavailable", error.message);
      }
      throw error;
    }
  }
}

function addressOf(service: string, region: string): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://${service}.${region}.${domain}`;
}

/** `arn:aws:sns:eu-west-1:123456789012:alerts`, `https://sqs.eu-west-1.amazonaws.com/…` */
function regionIn(name: string): string | undefined {
  return /^arn:[^:]*:[^:]*:([a-z0-9-]+):/.exec(name)?.[1] ??
    /^https?:\/\/[\w-]+\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?=[:/]|$)/.exec(name)?.[1];
}
