/** Tokens for whoever falcod is to Google, as an `AuthorizedTarget` asks for them. */
import { askPlainly } from "../http/ask_plainly.ts";
import type { AuthorizedTargetOptions } from "../http/authorized_target.ts";
import { askForToken } from "../http/oauth.ts";
import type { HttpSettings } from "../http/schema.ts";
import { findToken, type TokenUse } from "./find_token.ts";
import type { GcpIdentity } from "./schema.ts";

export interface GcpAuthorizerOptions {
  readonly use: TokenUse;
  /** Of this process, unless a test says otherwise. */
  readonly environment?: (name: string) => string | undefined;
}

export function gcpAuthorizer(
  settings: GcpIdentity & HttpSettings,
  { use, environment = (name) => Deno.env.get(name) }: GcpAuthorizerOptions,
): AuthorizedTargetOptions["authorize"] {
  return (context) =>
    findToken(settings, {
      use,
      environment,
      ask: askPlainly,
      askForToken: (request, context) => askForToken(settings, request, context),
    }, context);
}
