/** Alerts as requests to a service of a cluster, one each: by its name, or through the API server. */
import type { Alert } from "../alert/mod.ts";
import { alertDocument } from "../forward/document.ts";
import { alertUuid } from "../forward/identity.ts";
import { jsonText } from "../forward/json.ts";
import { sendEach } from "../http/each.ts";
import { placeBelow } from "../http/place_below.ts";
import { HttpTarget } from "../http/target.ts";
import type { FormattedAlert, Sink, WriteContext } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import type { ServiceSettings } from "./schema.ts";
import { KubeTarget } from "./target.ts";

export interface ServicePlace {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Begins with a slash. */
  readonly path: string;
  /** Of its name, behind the namespace: ".svc.cluster.local". */
  readonly domain: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ServiceSink implements Sink {
  readonly #place: ServicePlace;
  readonly #kube: KubeTarget | undefined;
  readonly #http: HttpTarget;

  constructor(settings: ServiceSettings, place: ServicePlace) {
    this.#place = place;
    const { address, kubeconfig } = settings;
    const isAsked = kubeconfig !== "" && address.isEmpty;
    this.#kube = isAsked ? new KubeTarget(settings) : undefined;
    this.#http = new HttpTarget(settings, { url: () => addressOf(address, place) });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendEach(batch, ({ alert }) => this.#send(alert, context), context);
  }

  async close(): Promise<void> {
    await Promise.all([this.#kube?.close(), this.#http.close()]);
  }

  async #send(alert: Alert, context?: WriteContext): Promise<void> {
    const { namespace, service, port, path, headers } = this.#place;
    const request = {
      body: jsonText(alertDocument(alert)),
      contentType: "application/json",
      // The same when it is sent again.
      headers: { "event-id": await alertUuid(alert), ...headers },
    };
    const through = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
    await (this.#kube
      ? this.#kube.send({ ...request, path: through }, context)
      : this.#http.send(request, context));
  }
}

function addressOf(
  given: Secret,
  { namespace, service, port, path, domain }: ServicePlace,
): Secret {
  if (!given.isEmpty) return placeBelow(given, path);
  return new Secret({ value: `http://${service}.${namespace}${domain}:${port}${path}` });
}
