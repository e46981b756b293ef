/**
 * Where credentials come from, the first that there are: settings, the environment, the identity of a
 * workload (Kubernetes' service accounts), the container, the machine if asked for.
 * docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
import { readFileSync, statSync } from "node:fs";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { type AwsCredentials, credentialsFrom } from "./credentials.ts";
import { assumeRoleWithWebIdentity, type StsRequest } from "./sts.ts";
import type { AskPlainly } from "../http/ask_plainly.ts";
import { isThisMachine } from "../http/near.ts";
import type { AwsSettings } from "./schema.ts";

export interface Surroundings {
  readonly environment: (name: string) => string | undefined;
  /** Asks an address of this machine. */
  readonly ask: AskPlainly;
  /** Asks AWS's Security Token Service, without a signature. */
  readonly sts: StsRequest;
}

const CONTAINER_HOST = "http://169.254.170.2";
/** Of ECS and of EKS. */
const CONTAINER_HOSTS = /^(169\.254\.170\.(2|23)|\[fd00:ec2::23\])$/;
const MACHINE = "http://169.254.169.254/latest";
const LARGEST_TOKEN = 64 << 10;

/** Throws a `SinkError` (`unavailable`) that says what is missing or what did not work. */
export async function findCredentials(
  settings: AwsSettings,
  { environment, ask, sts }: Surroundings,
  context?: WriteContext,
): Promise<AwsCredentials> {
  const own = ofSettings(settings) ?? ofEnvironment(environment);
  if (own) return own;
  const tokenFile = environment("AWS_WEB_IDENTITY_TOKEN_FILE");
  const role = environment("AWS_ROLE_ARN");
  if (tokenFile && role) {
    const token = tokenIn(tokenFile);
    const session = environment("AWS_ROLE_SESSION_NAME") || "falcod";
    const found = await assumeRoleWithWebIdentity(sts, { role, session, token }, context);
    return { ...found, role };
  }
  const address = containerAddress(environment);
  if (address !== undefined) {
    const authorization = containerAuthorization(environment);
    const headers = authorization ? { authorization } : {};
    return parsed(await ask({ url: address, headers }, context), "The container's address");
  }
  if (settings.instance_metadata) return await ofMachine(ask, context);
  throw new SinkError(
    "unavailable",
    "There are no credentials for AWS: set access_key_id and secret_access_key, " +
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give the pod a role, " +
      "or set instance_metadata for that of the machine",
  );
}

function ofSettings(settings: AwsSettings): AwsCredentials | undefined {
  const { access_key_id: accessKeyId } = settings;
  if (accessKeyId === "") return undefined;
  const sessionToken = settings.session_token.reveal();
  return {
    accessKeyId,
    secretAccessKey: settings.secret_access_key.reveal(),
    ...sessionToken !== "" && { sessionToken },
  };
}

function ofEnvironment(environment: Surroundings["environment"]): AwsCredentials | undefined {
  const accessKeyId = environment("AWS_ACCESS_KEY_ID");
  const secretAccessKey = environment("AWS_SECRET_ACCESS_KEY");
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment("AWS_SESSION_TOKEN");
  return { accessKeyId, secretAccessKey, ...sessionToken && { sessionToken } };
}

/** Only what is on this machine, or has TLS: whoever can set the variable must not get a token sent. */
function containerAddress(environment: Surroundings["environment"]): string | undefined {
  const path = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (path) return `${CONTAINER_HOST}${path.startsWith("/") ? "" : "/"}${path}`;
  const given = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!given) return undefined;
  const url = URL.parse(given);
  const isNear = url?.protocol === "http:" &&
    (isThisMachine(url.hostname) || CONTAINER_HOSTS.test(url.hostname));
  if (url?.protocol === "https:" || isNear) return given;
  throw new SinkError(
    "unavailable",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor an address of this machine",
  );
}

function containerAuthorization(environment: Surroundings["environment"]): Secret | undefined {
  const file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const token = file ? tokenIn(file) : environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  return token ? new Secret({ value: token }) : undefined;
}

/** IMDSv2: with a token, which only a PUT gets. */
async function ofMachine(ask: AskPlainly, context?: WriteContext): Promise<AwsCredentials> {
  const token = new Secret({
    value: (await ask({
      url: `${MACHINE}/api/token`,
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "300" },
    }, context)).trim(),
  });
  const headers = { "x-aws-ec2-metadata-token": token };
  const roles = `${MACHINE}/meta-data/iam/security-credentials/`;
  const role = (await ask({ url: roles, headers }, context)).trim().split("\n")[0]!;
  if (role === "") throw new SinkError("unavailable", "The machine has no role at AWS");
  const url = `${roles}${encodeURIComponent(role)}`;
  return parsed(await ask({ url, headers }, context), "The machine's metadata");
}

function parsed(body: string, who: string): AwsCredentials {
  try {
    const document = JSON.parse(body);
    return credentialsFrom((name) => document[name]);
  } catch {
    // What it says may be a secret in part.
    throw new SinkError("unavailable", `${who} gives no credentials that can be read`);
  }
}

/** Read each time: it is replaced every hour or so. */
function tokenIn(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_TOKEN) throw new Error(`it has more than ${LARGEST_TOKEN} bytes`);
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SinkError("unavailable", `Cannot read the token in "${file}": ${reason}`);
  }
}
