/** Where a cluster's API server is, and who falcod is there. */
import { bearerAuthorization } from "../http/authorization.ts";
import type { HttpSettings } from "../http/schema.ts";
import type { ClientTls } from "../http/trust.ts";
import { Secret } from "../plugin/secret.ts";

export interface ClusterAccess {
  /** Without a slash at its end. */
  readonly server: string;
  /** Files; what stands in no file is in `certificates`. */
  readonly tls: Partial<HttpSettings["tls"]>;
  readonly certificates: Partial<ClientTls>;
  /** Asked with each request: tokens of pods are replaced. Absent: a certificate says who it is. */
  readonly authorization?: () => Secret;
  /** Absent: nothing says it. */
  readonly namespace?: string;
  readonly proxy?: string;
}

/** What is looked at, so that tests can have others. */
export interface Surroundings {
  readonly environment: (name: string) => string | undefined;
  /** Where a pod finds its service account. */
  readonly podFolder: string;
}

/** Those of this process. */
export const SURROUNDINGS: Surroundings = {
  environment: (name) => Deno.env.get(name),
  podFolder: "/var/run/secrets/kubernetes.io/serviceaccount",
};

/** Of the pod that falcod runs in; absent: it runs in none. */
export function podAccess(
  { environment, podFolder }: Surroundings = SURROUNDINGS,
): ClusterAccess | undefined {
  const host = environment("KUBERNETES_SERVICE_HOST");
  const port = environment("KUBERNETES_SERVICE_PORT") || "443";
  const token = `${podFolder}/token`;
  if (!host || !isFile(token)) return undefined;
  const namespace = textOf(`${podFolder}/namespace`)?.trim();
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    tls: { ca: `${podFolder}/ca.crt` },
    certificates: {},
    authorization: () => bearerAuthorization(new Secret({ file: token })),
    ...namespace && { namespace },
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
