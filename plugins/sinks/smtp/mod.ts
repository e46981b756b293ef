/** Alerts by mail, one each; those of a larger batch share one. */
import type { Transporter } from "nodemailer";
import {
  type Alert,
  failure,
  type FormattedAlert,
  hostAndPort,
  type Sink,
  SinkError,
  type SinkPlugin,
  tlsOptions,
  type WriteContext,
} from "../../../core/mod.ts";
import { AUTOMATIC, mailOf } from "./mail.ts";
import { beginsWithTls, PORT, schema, type SmtpConfig } from "./schema.ts";

const TIMEOUT_MS = 10_000;

/** What a server says of a mail, and of those that it does not take it for. */
interface Taken {
  readonly response?: string | undefined;
  readonly rejected?: readonly string[] | undefined;
  /** In the same order. */
  readonly rejectedErrors?: readonly {
    readonly response?: string;
    readonly responseCode?: number;
  }[];
}

export class SmtpSink implements Sink {
  readonly #config: SmtpConfig;
  /** Who is still to get a mail that others have. */
  #missed: { readonly first: Alert; readonly to: readonly string[] } | undefined;
  readonly #closing = new AbortController();

  constructor(config: SmtpConfig) {
    this.#config = config;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return;
    if (this.#closing.signal.aborted) throw new SinkError("closed", "The mail server was closed");
    const { from, to, output_format, host_port, password } = this.#config;
    const { html, isUrgent, ...mail } = mailOf(batch);
    const transport = await transportOf(this.#config);
    const signal = AbortSignal.any([this.#closing.signal, ...context ? [context.signal] : []]);
    const shown = {
      kind: "message",
      place: `from ${from} to ${to.join(", ")}`,
      sent: `Subject: ${mail.subject}\n\n${mail.text}`,
    } as const;
    const first = batch[0]!.alert;
    const missed = this.#missed?.first === first ? this.#missed.to : undefined;
    let taken: Taken;
    try {
      taken = await transport.sendMail({
        from,
        to: [...to],
        ...missed && { envelope: { from, to: [...missed] } },
        ...mail,
        ...output_format === "html" && { html },
        ...isUrgent && { priority: "high" },
        headers: AUTOMATIC,
        signal,
      });
    } catch (error) {
      context?.observe?.({ ...shown, isUnsent: true });
      // None of those that are left gets it.
      if (missed) this.#tellMissed(error as Taken, first);
      throw failure(error, {
        doing: `Cannot send mail by ${host_port}`,
        secrets: [password],
        code: isRefusal(error) ? "rejected" : "unavailable",
        unclear: signal.aborted ? Infinity : 0,
      });
    } finally {
      transport.close();
    }
    context?.observe?.({ ...shown, answer: String(taken.response) });
    this.#missed = undefined;
    this.#tellMissed(taken, first);
  }

  /** A server may take a mail for some only. Throws where there are others. */
  #tellMissed({ rejected = [], rejectedErrors = [] }: Taken, first: Alert): void {
    if (rejected.length === 0) return;
    const { host_port, password } = this.#config;
    const isForGood = rejectedErrors.every(({ responseCode = 0 }) => responseCode >= 500);
    if (!isForGood) this.#missed = { first, to: rejected };
    throw failure(new Error(rejectedErrors[0]?.response ?? "the server does not say why"), {
      doing: `Cannot send mail by ${host_port} to ${rejected.join(", ")}, others have it`,
      secrets: [password],
      code: isForGood ? "rejected" : "unavailable",
    });
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }
}

/** A new connection each time: mails are rare, and servers end connections that wait. */
async function transportOf(config: SmtpConfig): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  const { host_port, tls, user, auth_mechanism } = config;
  const { host, port } = hostAndPort(host_port, PORT)!;
  const isOauth = auth_mechanism === "oauth2";
  const secret = config.password.reveal();
  return createTransport({
    host,
    port,
    secure: beginsWithTls(config),
    requireTLS: tls.enabled && !beginsWithTls(config),
    ignoreTLS: !tls.enabled,
    tls: { ...tls.enabled && tlsOptions(tls) },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...user !== "" && {
      forceAuth: true,
      auth: isOauth ? { type: "OAuth2", user, accessToken: secret } : { user, pass: secret },
      ...!isOauth && { authMethod: auth_mechanism.toUpperCase() },
    },
  });
}

/** The server does not take what the mail says: 5xx after DATA. Addresses and passwords can be put right. */
function isRefusal(error: unknown): boolean {
  const { code, command, responseCode = 0 } = error as {
    readonly code?: unknown;
    readonly command?: unknown;
    readonly responseCode?: number;
  };
  return responseCode >= 500 && (code === "EMESSAGE" || command === "DATA");
}

const plugin: SinkPlugin<SmtpConfig> = {
  kind: "sink",
  name: "smtp",
  summary: "Mail",
  schema,
  batchSize: 1,
  create: (config) => new SmtpSink(config),
};
export default plugin;
