/** The API server of a cluster. */
import { fileMark } from "../base/file_mark.ts";
import type { HttpSettings } from "../http/schema.ts";
import { type HttpReply, type HttpRequest, HttpTarget } from "../http/target.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import { type ClusterAccess, podAccess, SURROUNDINGS, type Surroundings } from "./access.ts";
import { kubeconfigAccess, kubeconfigPath } from "./kubeconfig.ts";

export interface KubeSettings extends HttpSettings {
  /** Empty: that of the environment. */
  readonly kubeconfig: string;
}

export interface KubeTargetOptions {
  /** The pod that falcod runs in says where the API server is, whatever a kubeconfig says. */
  readonly prefersPod?: boolean;
  readonly surroundings?: Surroundings;
}

export interface KubeRequest extends Omit<HttpRequest, "url"> {
  /** Begins with a slash. */
  readonly path: string;
}

interface Known {
  /** Of the file it is from. */
  readonly mark: string;
  readonly access: ClusterAccess;
  readonly http: HttpTarget;
}

export class KubeTarget {
  readonly #settings: KubeSettings;
  readonly #prefersPod: boolean;
  readonly #surroundings: Surroundings;
  #known: Known | undefined;
  #isClosed = false;

  constructor(
    settings: KubeSettings,
    { prefersPod = false, surroundings = SURROUNDINGS }: KubeTargetOptions = {},
  ) {
    this.#settings = settings;
    this.#prefersPod = prefersPod;
    this.#surroundings = surroundings;
  }

  /** As `HttpTarget.send`, with the address and the identity of the cluster. */
  async send({ path, ...request }: KubeRequest, context?: WriteContext): Promise<HttpReply> {
    const { access, http } = await this.#current();
    const authorization = access.authorization?.();
    return await http.send({
      contentType: "application/json",
      ...request,
      url: `${access.server}${path}`,
      headers: { ...request.headers, ...authorization && { authorization } },
    }, context);
  }

  /** That falcod is in, or that the kubeconfig names; absent: nothing says it. */
  async namespace(): Promise<string | undefined> {
    return (await this.#current()).access.namespace;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#known?.http.close();
  }

  /** What the file says now; requests under way end by what it said before. */
  async #current(): Promise<Known> {
    const pod = this.#prefersPod ? podAccess(this.#surroundings) : undefined;
    const path = kubeconfigPath(this.#settings.kubeconfig, this.#surroundings);
    const mark = pod ? `pod ${pod.server}` : fileMark(path);
    if (this.#known?.mark === mark) return this.#known;
    const access = pod ?? await kubeconfigAccess(path);
    const former = this.#known;
    const http = this.#httpTo(access);
    this.#known = { mark, access, http };
    await (this.#isClosed ? http : former?.http)?.close();
    return this.#known;
  }

  #httpTo({ server, tls, certificates, proxy }: ClusterAccess): HttpTarget {
    const own = this.#settings;
    const isGiven = !own.proxy.isEmpty;
    return new HttpTarget({
      ...own,
      tls: {
        ca: own.tls.ca || tls.ca || "",
        client_certificate: own.tls.client_certificate || tls.client_certificate || "",
        client_key: own.tls.client_key || tls.client_key || "",
        insecure: own.tls.insecure || (tls.insecure ?? false),
      },
      proxy: isGiven || proxy === undefined ? own.proxy : new Secret({ value: proxy }),
    }, { url: server, certificates });
  }
}
