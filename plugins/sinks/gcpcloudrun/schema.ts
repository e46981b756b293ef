/** `type: gcpcloudrun` */
import * as z from "zod";
import { gcpIdentityKeys, httpKeysAsIs, setting, webAddress } from "../../../core/mod.ts";

const { secret, text } = setting;

export const schema = z.strictObject({
  endpoint: webAddress().describe("Address that alerts are posted to"),
  jwt: secret().prefault("").describe(
    "Token that is shown; empty: one is made for whoever falcod is",
  ),
  audience: text().describe(
    "Whom that token is for; empty: the server of the address, as Cloud Run wants it",
  ),
  ...gcpIdentityKeys,
  ...httpKeysAsIs,
});

export type GcpCloudRunConfig = z.output<typeof schema>;
