/** A kubeconfig as what it says of a cluster. */
import { dirname, resolve } from "node:path";
import { type Diagnostic, reasonOf, Report, SourceText } from "../base/mod.ts";
import { textOfFile } from "../base/text_file.ts";
import { basicAuthorization, bearerAuthorization } from "../http/authorization.ts";
import { withoutEnd } from "../http/place_below.ts";
import type { SinkFault } from "../plugin/plugin.ts";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import { plainValue } from "../base/yaml_value.ts";
import { type ClusterAccess, podAccess, SURROUNDINGS, type Surroundings } from "./access.ts";
import { type Kubeconfig, kubeconfigSchema } from "./schema.ts";

const MAX_BYTES = 1 << 20;

/** `~/` is the home of whoever runs falcod. */
export function kubeconfigPath(
  given: string,
  { environment }: Pick<Surroundings, "environment"> = SURROUNDINGS,
): string {
  const home = environment("HOME") ?? "";
  if (given !== "") return given.replace(/^~(?=\/)/, home);
  return environment("KUBECONFIG")?.split(":").find((path) => path !== "") ??
    `${home}/.kube/config`;
}

/** Throws a `SinkError` (`unavailable`: it can be put right) that says what is wrong, and no secret. */
export async function kubeconfigAccess(path: string): Promise<ClusterAccess> {
  const wrong = (what: string) => new SinkError("unavailable", `Cannot use "${path}": ${what}`);
  let text: string;
  try {
    text = textOfFile(path, MAX_BYTES);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  // Only those who read YAML load it.
  const { readYaml } = await import("../base/yaml.ts");
  const report = new Report();
  const [document] = readYaml(new SourceText(path, text), report);
  const [mistake] = report.diagnostics;
  // Not the words of whoever reads it: they quote, and there are tokens in it.
  if (report.hasErrors) throw wrong(`it is no YAML${lineOf(mistake)}`);
  if (!document) throw wrong("there is nothing in it");
  const plain = plainValue(document.root);
  const read = kubeconfigSchema().safeParse(plain);
  if (!read.success) {
    throw wrong(`it is no kubeconfig: ${mistakeAt(read.error.issues[0]?.path ?? [], plain)}`);
  }
  return accessOf(read.data, { folder: dirname(path), wrong });
}

/** Without the value, which may be a secret. */
function mistakeAt(path: readonly PropertyKey[], document: unknown): string {
  if (path.length === 0) return "it is no mapping with clusters, users and contexts";
  let value: unknown = document;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  const steps = path.map((step) => typeof step === "number" ? `[${step}]` : `.${String(step)}`);
  const key = steps.join("").slice(1);
  return value === undefined || value === null
    ? `"${key}" is missing`
    : `what stands at "${key}" is something else than belongs there`;
}

function lineOf(mistake: Diagnostic | undefined): string {
  return mistake?.at ? ` from line ${mistake.at.source.position(mistake.at.start).line} on` : "";
}

/** For `SinkPlugin.check`: what is wrong with the one that settings name. Never rejects. */
export async function kubeconfigFaults(given: string): Promise<readonly SinkFault[]> {
  if (given === "") return [];
  try {
    await kubeconfigAccess(kubeconfigPath(given));
    return [];
  } catch (error) {
    const help = "name a kubeconfig that falcod may read, or put it right";
    return [{ path: ["kubeconfig"], what: reasonOf(error), help }];
  }
}

/** The same, of who goes by the pod that falcod runs in first, and by some kubeconfig in any case. */
export async function clusterFaults(given: string): Promise<readonly SinkFault[]> {
  return podAccess() ? [] : await kubeconfigFaults(given || kubeconfigPath(given));
}

interface Place {
  /** Paths that stand in it begin there. */
  readonly folder: string;
  readonly wrong: (what: string) => SinkError;
}

function accessOf(config: Kubeconfig, { folder, wrong }: Place): ClusterAccess {
  const contextName = config["current-context"] || config.contexts?.[0]?.name;
  if (!config.clusters && !config.contexts) {
    throw wrong("it is no kubeconfig: it has neither clusters nor contexts");
  }
  if (!contextName) throw wrong('it has nothing in "contexts"');
  const entry = config.contexts?.find(({ name }) => name === contextName);
  if (!entry) throw wrong(`there is no context "${contextName}" in its "contexts"`);
  const { context } = entry;
  if (!context) throw wrong(`its context "${contextName}" names no cluster`);
  const cluster = config.clusters?.find(({ name }) => name === context.cluster)?.cluster;
  if (!cluster) {
    throw wrong(
      `there is no cluster "${context.cluster}", which its context "${contextName}" names, ` +
        'in its "clusters"',
    );
  }
  const user: Partial<User> = config.users?.find(({ name }) => name === context.user)?.user ?? {};
  if (user.exec || user["auth-provider"]) {
    throw wrong(
      `its user "${context.user}" is known by what a program says, and falcod runs none: ` +
        "give the user a token or a certificate",
    );
  }
  const server = withoutEnd(cluster.server);
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? "")) {
    throw wrong("the address of its server does not begin with https://");
  }
  const file = (path: string | null | undefined) => path ? resolve(folder, path) : "";
  const pem = (key: string, base64: string | null | undefined) => {
    if (!base64) return undefined;
    try {
      return new TextDecoder().decode(Uint8Array.fromBase64(base64));
    } catch {
      throw wrong(`"${key}" is no base64`);
    }
  };
  const ca = pem("certificate-authority-data", cluster["certificate-authority-data"]);
  const cert = pem("client-certificate-data", user["client-certificate-data"]);
  const key = pem("client-key-data", user["client-key-data"]);
  const authorization = authorizationOf(user, file);
  return {
    server,
    // What stands in it goes before files, as in kubectl.
    tls: {
      ...ca === undefined && { ca: file(cluster["certificate-authority"]) },
      ...cert === undefined && {
        client_certificate: file(user["client-certificate"]),
        client_key: file(user["client-key"]),
      },
      insecure: cluster["insecure-skip-tls-verify"] ?? false,
    },
    certificates: {
      ...ca !== undefined && { ca: [ca] },
      ...cert !== undefined && { cert },
      ...key !== undefined && { key },
      ...cluster["tls-server-name"] && { servername: cluster["tls-server-name"] },
    },
    ...authorization && { authorization },
    ...context.namespace && { namespace: context.namespace },
    ...cluster["proxy-url"] && { proxy: cluster["proxy-url"] },
  };
}

type User = NonNullable<NonNullable<Kubeconfig["users"]>[number]["user"]>;

function authorizationOf(
  { token, tokenFile, username, password }: Partial<User>,
  file: (path: string) => string,
): (() => Secret) | undefined {
  if (tokenFile) return () => bearerAuthorization(new Secret({ file: file(tokenFile) }));
  if (token) return () => bearerAuthorization(new Secret({ value: token }));
  if (!username) return undefined;
  return () => basicAuthorization(username, new Secret({ value: password ?? "" }));
}
