/** `type: gcpcloudrun` */
import * as z from "zod";
import { gcpIdentityKeys, httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { secret, text } = setting;
const { compress: _, ...httpKeysOfServices } = httpKeys;

export const schema = z.strictObject({
  endpoint: webAddress().describe("Address that alerts are posted to"),
  jwt: secret().prefault("").describe(
    "Token that is shown; empty: one is made for whoever falcod is",
  ),
  audience: text().describe(
    "Whom that token is for; empty: the server of the address, as Cloud Run wants it",
  ),
  ...gcpIdentityKeys,
  ...httpKeysOfServices,
});

export type GcpCloudRunConfig = z.output<typeof schema>;
