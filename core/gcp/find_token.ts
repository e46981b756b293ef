/**
 * Where tokens come from, the first that there is: settings, the file that the environment names, the
 * metadata server if asked for. google.aip.dev/auth/4110
 */
import type { Authorization } from "../http/authorized_target.ts";
import { jwtIn, tokenIn, type TokenSources } from "../http/oauth.ts";
import { Secret } from "../plugin/secret.ts";
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import {
  type AccountKey,
  type AuthorizedUser,
  readAccountKey,
  type ServiceAccount,
} from "./account_key.ts";
import type { GcpIdentity } from "./schema.ts";
import { signedJwt } from "./sign_jwt.ts";

/** What a token is to be for: a service of Google's, or a server that wants to know who asks. */
export type TokenUse = { readonly scope: string } | { readonly audience: string };

const LIFETIME_S = 3600;
const METADATA_HOST = "metadata.google.internal";
const GOOGLE = "Google";

/** Throws a `SinkError` (`unavailable`) that says what is missing or what did not work. */
export async function findToken(
  settings: GcpIdentity,
  { use, ...around }: TokenSources & { readonly use: TokenUse },
  context?: WriteContext,
): Promise<Authorization> {
  const found = keyOf(settings, around.environment);
  if (found) {
    const { key, place } = found;
    return key.kind === "service_account"
      ? await ofServiceAccount(key, { place, use, ...around }, context)
      : await ofUser(key, { use, ...around }, context);
  }
  if (settings.instance_metadata) return await ofMetadata(use, around, context);
  throw new SinkError(
    "unavailable",
    "There are no credentials for Google Cloud: set credentials, GOOGLE_APPLICATION_CREDENTIALS, " +
      "or instance_metadata for the service account of the machine or pod",
  );
}

interface Found {
  /** In words. */
  readonly place: string;
  readonly key: AccountKey;
}

function keyOf(
  { credentials }: GcpIdentity,
  environment: TokenSources["environment"],
): Found | undefined {
  if (!credentials.isEmpty) return read(credentials, "credentials");
  const file = environment("GOOGLE_APPLICATION_CREDENTIALS");
  return file ? read(new Secret({ file }), `"${file}"`) : undefined;
}

function read(secret: Secret, place: string): Found {
  const text = secret.reveal();
  try {
    return { place, key: readAccountKey(text) };
  } catch (error) {
    throw unusable(place, error);
  }
}

async function ofServiceAccount(
  key: ServiceAccount,
  { place, use, askForToken }: Pick<TokenSources, "askForToken"> & {
    readonly place: string;
    readonly use: TokenUse;
  },
  context?: WriteContext,
): Promise<Authorization> {
  const { email, tokenUri: url } = key;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: email,
    aud: url,
    iat: now,
    exp: now + LIFETIME_S,
    ..."scope" in use ? { scope: use.scope } : { target_audience: use.audience },
  };
  const assertion = await signedJwt(claims, key).catch((error) => {
    throw unusable(place, error);
  });
  const body = await askForToken({
    url,
    form: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion },
    secrets: [assertion, ...assertion.split(".")],
  }, context);
  const name = "scope" in use ? "access_token" : "id_token";
  return tokenIn(body, { who: GOOGLE, name });
}

async function ofUser(
  { clientId, clientSecret, refreshToken, tokenUri: url }: AuthorizedUser,
  { use, askForToken }: Pick<TokenSources, "askForToken"> & { readonly use: TokenUse },
  context?: WriteContext,
): Promise<Authorization> {
  if ("audience" in use) {
    throw new SinkError("unavailable", "This wants the key of a service account, not of a user");
  }
  const body = await askForToken({
    url,
    form: {
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    },
    secrets: [clientSecret, refreshToken],
  }, context);
  return tokenIn(body, { who: GOOGLE });
}

/** cloud.google.com/compute/docs/metadata: who does not send the header is somebody's browser. */
async function ofMetadata(
  use: TokenUse,
  { environment, ask }: Pick<TokenSources, "environment" | "ask">,
  context?: WriteContext,
): Promise<Authorization> {
  const host = environment("GCE_METADATA_HOST") || METADATA_HOST;
  const account = `http://${host}/computeMetadata/v1/instance/service-accounts/default`;
  const query = "scope" in use
    ? `token?${new URLSearchParams({ scopes: use.scope })}`
    : `identity?${new URLSearchParams({ audience: use.audience, format: "full" })}`;
  const headers = { "metadata-flavor": "Google" };
  const body = await ask({ url: `${account}/${query}`, headers }, context);
  const who = "The metadata server";
  return "scope" in use ? tokenIn(body, { who }) : jwtIn(body, who);
}

function unusable(place: string, error: unknown): SinkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SinkError("unavailable", `Cannot use the key in ${place}: ${reason}`);
}
