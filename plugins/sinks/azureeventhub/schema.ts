/** `type: azureeventhub` */
import * as z from "zod";
import { httpKeysAsIs, optionalAddress, setting } from "../../../core/mod.ts";

const { flag, secret, text, word } = setting;

const id = (error: string) => word().regex(/^[\w.-]{0,128}$/, { error }).default("");

const HUB = "the name of an event hub";
const NAMESPACE = "the name of a namespace, as alerts or alerts.servicebus.windows.net";

export const schema = z.strictObject({
  event_hub: word(HUB).regex(/^[A-Za-z0-9][\w.-]{0,255}$/, { error: HUB })
    .describe("Event hub that gets the alerts"),
  namespace: word(NAMESPACE).regex(/^[A-Za-z0-9][A-Za-z0-9.-]{1,252}$/, { error: NAMESPACE })
    .describe("Namespace it is in"),
  shared_access_key_name: text().describe(
    "Policy whose key signs; empty: an identity of Microsoft Entra ID, as the keys below say",
  ),
  shared_access_key: secret().prefault("").describe("Its key"),
  tenant_id: id("the id of a tenant").describe(
    "Tenant of an application; empty: AZURE_TENANT_ID",
  ),
  client_id: id("the id of an application or identity").describe(
    "The application, or which managed identity; empty: AZURE_CLIENT_ID",
  ),
  client_secret: secret().prefault("").describe(
    "Its secret; empty: AZURE_CLIENT_SECRET, the identity of the workload or of the container",
  ),
  instance_metadata: flag(false).describe(
    "Where nothing else is known, the machine is asked for its managed identity",
  ),
  endpoint: optionalAddress().describe("Address of the namespace, if not that of its name"),
  authority: optionalAddress().describe(
    "Server that gives tokens; empty: AZURE_AUTHORITY_HOST, or that of the public cloud",
  ),
  ...httpKeysAsIs,
}).refine(
  ({ shared_access_key_name: name, shared_access_key: key }) => (name === "") === key.isEmpty,
  {
    error: "the key of the policy in shared_access_key_name, one with the other",
    path: ["shared_access_key"],
  },
).refine(
  ({ client_secret, tenant_id, client_id }) =>
    client_secret.isEmpty || tenant_id !== "" && client_id !== "",
  { error: "tenant_id and client_id beside it", path: ["client_secret"] },
);

export type AzureEventHubConfig = z.output<typeof schema>;
