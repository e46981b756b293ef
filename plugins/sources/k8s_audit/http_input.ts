/** Audit events that an API server's webhook posts: where it is listened for them, and how it ends. */
import { WebError } from "../../../core/mod.ts";
import { InputError } from "./input_error.ts";
import type { AuditInput, AuditIntake, InputContext } from "./intake.ts";
import type { HttpInputConfig } from "./schema.ts";
import { Webhook, type WebhookLimits } from "./webhook.ts";

export class HttpInput implements AuditInput {
  readonly #config: HttpInputConfig;
  readonly #limits: Partial<WebhookLimits>;

  constructor(config: HttpInputConfig, limits: Partial<WebhookLimits> = {}) {
    this.#config = config;
    this.#limits = limits;
  }

  /** Ends when the signal aborts and what was accepted until then has been answered. */
  async run(intake: AuditIntake, context: InputContext): Promise<void> {
    const { web, signal } = context;
    if (!web) throw new InputError("open-failed", "Cannot listen for audit events here");
    const { hostname, port, tls, path } = this.#config;
    const webhook = new Webhook(this.#config, { intake, context, limits: this.#limits });
    const server = web.at({ hostname, port, ...tls && { tls: tlsFilesOf(tls) } });
    server.mount({ path, handle: (request, client) => webhook.handle(request, client) });
    try {
      await server.start();
    } catch (error) {
      throw withHelp(error);
    }
    context.ready();
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    }
    await webhook.idle();
  }
}

function tlsFilesOf(
  { certificatePath, keyPath, clientCaPath }: NonNullable<HttpInputConfig["tls"]>,
) {
  return { certificatePath, keyPath, ...clientCaPath !== undefined && { clientCaPath } };
}

const CERTIFICATES =
  "sslCertificate, init_config of plugin k8saudit, names a PEM file with key and " +
  "certificate, clientCaCertificate one of an authority; webserver has ssl_certificate";

/** The server does not know which key its files come from. */
function withHelp(error: unknown): unknown {
  if (!(error instanceof WebError) || error.code !== "bad-certificate") return error;
  return new InputError("open-failed", error.message, { help: CERTIFICATES, cause: error.cause });
}
