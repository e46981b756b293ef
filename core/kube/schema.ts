/** Settings of sinks that write to a cluster, and the kubeconfig that says which. */
import * as z from "zod";
import { httpKeys, optionalAddress } from "../http/schema.ts";
import { text, whole, word } from "../plugin/schema.ts";

/** Names that stand in addresses: RFC 1123, with dots between. */
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Of a namespace, a service or a function. */
export const kubeName = (standard?: string) => {
  const name = word("a name").regex(NAME, {
    error: "a name of small letters, digits and - between them",
  });
  return standard === undefined ? name : name.prefault(standard);
};

/** Of a service. */
export const kubePort = (standard: number) => whole({ min: 1, max: 65_535, standard });

/** Keys that every sink has beside its own that calls a service of a cluster. */
export const serviceKeys = {
  address: optionalAddress().describe("Where it is reached, if not by its name in the cluster"),
  kubeconfig: text().describe(
    "File that says where the cluster's API server is, which then passes alerts on; empty: it is not asked",
  ),
  ...httpKeys,
};

export type ServiceSettings = z.output<z.ZodObject<typeof serviceKeys>>;

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1; made when there is one to read. */
export function kubeconfigSchema() {
  const text = z.string().nullish();
  return z.looseObject({
    "current-context": text,
    contexts: z.array(z.looseObject({
      name: z.string(),
      context: z.looseObject({ cluster: z.string(), user: text, namespace: text }).nullish(),
    })).nullish(),
    clusters: z.array(z.looseObject({
      name: z.string(),
      cluster: z.looseObject({
        server: z.string(),
        "certificate-authority": text,
        "certificate-authority-data": text,
        "insecure-skip-tls-verify": z.boolean().nullish(),
        "tls-server-name": text,
        "proxy-url": text,
      }).nullish(),
    })).nullish(),
    users: z.array(z.looseObject({
      name: z.string(),
      user: z.looseObject({
        token: text,
        tokenFile: text,
        username: text,
        password: text,
        "client-certificate": text,
        "client-certificate-data": text,
        "client-key": text,
        "client-key-data": text,
        exec: z.unknown().optional(),
        "auth-provider": z.unknown().optional(),
      }).nullish(),
    })).nullish(),
  });
}

export type Kubeconfig = z.output<ReturnType<typeof kubeconfigSchema>>;
