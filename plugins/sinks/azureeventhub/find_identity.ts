/**
 * Tokens of Microsoft Entra ID, of the first identity that there is: settings, the environment, the identity
 * of a workload (Kubernetes' service accounts), the container, the machine if asked for.
 */
import {
  type Authorization,
  isThisMachine,
  Secret,
  SinkError,
  tokenIn,
  type TokenSources,
  withoutEnd,
  type WriteContext,
} from "../../../core/mod.ts";
import type { AzureEventHubConfig } from "./schema.ts";

const RESOURCE = "https://eventhubs.azure.net";
const AUTHORITY = "https://login.microsoftonline.com";
const MACHINE = "http://169.254.169.254/metadata/identity/oauth2/token";
const ENTRA = "Microsoft Entra ID";
/** What only the host underneath can answer. */
const LINK_LOCAL = /^169\.254(\.\d+){2}$/;

/** Throws a `SinkError` (`unavailable`) that says what is missing or what did not work. */
export async function findIdentity(
  config: AzureEventHubConfig,
  around: TokenSources,
  context?: WriteContext,
): Promise<Authorization> {
  const { environment, ask } = around;
  const application = applicationOf(config, environment);
  if (application) return await ofApplication(application, { config, ...around }, context);
  const clientId = config.client_id || environment("AZURE_CLIENT_ID");
  const named = clientId ? { client_id: clientId } : {};
  const container = containerOf(environment);
  if (container) {
    const query = { "api-version": "2019-08-01", resource: RESOURCE, ...named };
    const url = `${container.address}?${new URLSearchParams(query)}`;
    const headers = { "x-identity-header": container.header };
    return tokenIn(await ask({ url, headers }, context), { who: "The container's address" });
  }
  if (config.instance_metadata) {
    const query = { "api-version": "2018-02-01", resource: RESOURCE, ...named };
    const url = `${MACHINE}?${new URLSearchParams(query)}`;
    const headers = { metadata: "true" };
    return tokenIn(await ask({ url, headers }, context), { who: "The machine's metadata" });
  }
  throw new SinkError(
    "unavailable",
    "There are no credentials for Azure: set shared_access_key, tenant_id with client_id and " +
      "client_secret, AZURE_CLIENT_SECRET and the like, give the pod an identity, " +
      "or set instance_metadata for that of the machine",
  );
}

interface Application {
  readonly tenantId: string;
  readonly clientId: string;
  /** How it shows who it is, in words of the form. */
  readonly proof: Readonly<Record<string, string>>;
  readonly secret: string;
}

function applicationOf(
  config: AzureEventHubConfig,
  environment: TokenSources["environment"],
): Application | undefined {
  const tenantId = config.tenant_id || environment("AZURE_TENANT_ID");
  const clientId = config.client_id || environment("AZURE_CLIENT_ID");
  if (!tenantId || !clientId) return undefined;
  const secret = config.client_secret.reveal().trim() || environment("AZURE_CLIENT_SECRET");
  if (secret) return { tenantId, clientId, proof: { client_secret: secret }, secret };
  const file = environment("AZURE_FEDERATED_TOKEN_FILE");
  if (!file) return undefined;
  // Read each time: it is replaced every hour or so.
  const token = new Secret({ file }).reveal().trim();
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const proof = { client_assertion_type: type, client_assertion: token };
  return { tenantId, clientId, proof, secret: token };
}

async function ofApplication(
  { tenantId, clientId, proof, secret }: Application,
  { config, environment, askForToken }: TokenSources & { readonly config: AzureEventHubConfig },
  context?: WriteContext,
): Promise<Authorization> {
  const given = config.authority.reveal().trim() || environment("AZURE_AUTHORITY_HOST");
  const authority = withoutEnd(given || AUTHORITY);
  if (!isSafe(authority)) {
    throw new SinkError("unavailable", "The authority does not begin with https://");
  }
  const body = await askForToken({
    url: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    form: {
      grant_type: "client_credentials",
      client_id: clientId,
      scope: `${RESOURCE}/.default`,
      ...proof,
    },
    secrets: [secret, ...secret.split(".")],
  }, context);
  return tokenIn(body, { who: ENTRA });
}

interface ContainerIdentity {
  readonly address: string;
  readonly header: Secret;
}

/** Of App Service and Container Apps. Only what is on this machine gets to see what is in the variable. */
function containerOf(environment: TokenSources["environment"]): ContainerIdentity | undefined {
  const address = environment("IDENTITY_ENDPOINT"), header = environment("IDENTITY_HEADER");
  if (!address || !header) return undefined;
  if (!isNear(address)) {
    throw new SinkError("unavailable", "IDENTITY_ENDPOINT is no address of this machine");
  }
  return { address, header: new Secret({ value: header }) };
}

/** With TLS, or on this machine: what goes there is good for a token. */
function isSafe(address: string): boolean {
  return URL.parse(address)?.protocol === "https:" || isNear(address);
}

function isNear(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === "http:" &&
    (isThisMachine(url.hostname) || LINK_LOCAL.test(url.hostname));
}
