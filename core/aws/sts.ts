/** AWS's Security Token Service: temporary credentials of roles. API version 2011-06-15. */
import { SinkError } from "../plugin/sink_error.ts";
import type { WriteContext } from "../plugin/plugin.ts";
import { type AwsCredentials, credentialsFrom } from "./credentials.ts";

/** Sends a form to the service and gives back what it answers. */
export type StsRequest = (form: string, context?: WriteContext) => Promise<string>;

const SESSION_SECONDS = "3600";

export function assumeRoleWithWebIdentity(
  ask: StsRequest,
  { role, session, token }: {
    readonly role: string;
    readonly session: string;
    readonly token: string;
  },
  context?: WriteContext,
): Promise<AwsCredentials> {
  return assumed(ask, {
    Action: "AssumeRoleWithWebIdentity",
    RoleArn: role,
    RoleSessionName: session,
    WebIdentityToken: token,
  }, context);
}

/** `ask` signs what it sends. */
export function assumeRole(
  ask: StsRequest,
  { role, externalId }: { readonly role: string; readonly externalId: string },
  context?: WriteContext,
): Promise<AwsCredentials> {
  return assumed(ask, {
    Action: "AssumeRole",
    RoleArn: role,
    RoleSessionName: "falcod",
    ...externalId !== "" && { ExternalId: externalId },
  }, context);
}

async function assumed(
  ask: StsRequest,
  parameters: Readonly<Record<string, string>>,
  context?: WriteContext,
): Promise<AwsCredentials> {
  const form = new URLSearchParams({
    ...parameters,
    DurationSeconds: SESSION_SECONDS,
    Version: "2011-06-15",
  });
  const body = await ask(form.toString(), context);
  try {
    return credentialsFrom((name) => element(body, name === "Token" ? "SessionToken" : name));
  } catch {
    throw new SinkError(
      "unavailable",
      `AWS gives no credentials for the role "${parameters["RoleArn"]}" that can be read`,
    );
  }
}

/** Keys and tokens have no characters that XML spells in another way. */
function element(body: string, name: string): string | undefined {
  return new RegExp(`<${name}>\\s*([^<]{1,65536}?)\\s*</${name}>`).exec(body)?.[1];
}
