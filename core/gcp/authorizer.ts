/** Tokens for whoever falcod is to Google, as an `AuthorizedTarget` asks for them. */
import type { AuthorizedTargetOptions } from "../http/authorized_target.ts";
import { type TokenSources, tokenSources } from "../http/oauth.ts";
import type { HttpSettings } from "../http/schema.ts";
import { findToken, type TokenUse } from "./find_token.ts";
import type { GcpIdentity } from "./schema.ts";

export interface GcpAuthorizerOptions {
  readonly use: TokenUse;
  /** Of this process, unless a test says otherwise. */
  readonly environment?: TokenSources["environment"];
}

export function gcpAuthorizer(
  settings: GcpIdentity & HttpSettings,
  { use, environment }: GcpAuthorizerOptions,
): AuthorizedTargetOptions["authorize"] {
  const around = { use, ...tokenSources(settings, environment) };
  return (context) => findToken(settings, around, context);
}
