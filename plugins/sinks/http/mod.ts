/** Alerts to a web server, as Falco's `http_output` posts them: one line a request. */
import {
  escapeUnprintable,
  type FormattedAlert,
  HttpTarget,
  sendEach,
  type Sink,
  type SinkPlugin,
  tlsFaults,
  type WriteContext,
} from "../../../core/mod.ts";
import { type HttpConfig, schema } from "./schema.ts";

/** Where answers are printed. */
type Print = (answer: string) => void;

/** Falco's folder: what the system trusts. */
const SYSTEM_FOLDER = "/etc/ssl/certs";

export class HttpSink implements Sink {
  readonly #target: HttpTarget;
  readonly #echo: Print | undefined;

  constructor(config: HttpConfig, print: Print = console.log) {
    this.#echo = config.echo ? print : undefined;
    this.#target = new HttpTarget({
      headers: config.headers,
      proxy: config.proxy,
      // Falco's key is about probes of TCP: its alerts share a connection in any case.
      keep_alive: true,
      compress: config.compress_uploads,
      tls: tlsOf(config),
    }, {
      url: config.url,
      userAgent: config.user_agent,
      headers: { accept: "*/*" },
      caKey: caKey(config),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, async ({ line }) => {
      const contentType = line.startsWith("{") ? "application/json" : "text/plain";
      const { body, hide } = await this.#target.send({ body: line, contentType }, context);
      // Each answer is a line, whether or not it ends as one.
      if (body !== "") this.#echo?.(escapeUnprintable(hide(body).replace(/\r?\n$/, "")));
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

function tlsOf({ ca_cert, ca_bundle, ca_path, mtls, insecure, ...own }: HttpConfig) {
  return {
    ca: ca_cert || ca_bundle || (ca_path === SYSTEM_FOLDER ? "" : ca_path),
    client_certificate: mtls ? own.client_cert : "",
    client_key: mtls ? own.client_key : "",
    insecure,
  };
}

/** Where an authority that cannot be used is named. */
function caKey({ ca_cert, ca_bundle }: HttpConfig): string {
  return ca_cert !== "" ? "ca_cert" : ca_bundle !== "" ? "ca_bundle" : "ca_path";
}

const plugin: SinkPlugin<HttpConfig> = {
  kind: "sink",
  name: "http",
  summary: "A web server, one alert a request: Falco's http_output",
  schema,
  create: (config) => new HttpSink(config),
  check: (config) =>
    Promise.resolve(
      tlsFaults(tlsOf(config), {
        ca: [caKey(config)],
        certificate: ["client_cert"],
        key: ["client_key"],
      }),
    ),
  batchSize: 32,
};
export default plugin;
