import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { listOf, secret, text, urlPath, word } = setting;

export const schema = z.strictObject({
  host_port: webAddress().describe("Address of Loki"),
  endpoint: urlPath("/loki/api/v1/push").describe("Path that takes logs"),
  user: text().describe("For basic authentication, with api_key"),
  api_key: secret().prefault("").describe("Password of the user"),
  tenant: text().describe("Whose logs these are, where Loki has several tenants"),
  line: setting.oneOf(["text", "json"], "text").describe("Lines as text, or as Falco's JSON"),
  extra_labels: listOf(word()).describe(
    "Fields that become labels beside rule, source, priority, tags and hostname",
  ),
  ...httpKeys,
});

export type LokiConfig = z.output<typeof schema>;
