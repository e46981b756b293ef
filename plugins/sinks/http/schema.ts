/** Falco's keys of `http_output`, and what every sink over HTTP has. */
import * as z from "zod";
import { httpKeys, setting, webAddress } from "../../../core/mod.ts";

const { flag, text } = setting;

/** Falco takes addresses in quotes of their own. */
const address = z.preprocess(
  (value) => typeof value === "string" ? value.replace(/^(["'])(.*)\1$/, "$2") : value,
  webAddress(),
);

export const schema = z.strictObject({
  url: address.describe("Where alerts are posted, one a request"),
  user_agent: text("falcosecurity/falco").describe("What falcod calls itself"),
  insecure: flag(false).describe("The server's certificate is not looked at"),
  ca_cert: text().describe("File of certificates (PEM) that the server is trusted by"),
  ca_bundle: text().describe("The same, where ca_cert is empty"),
  ca_path: text("/etc/ssl/certs").describe("Folder of such files, where both are empty"),
  mtls: flag(false).describe("A certificate is shown to the server"),
  client_cert: text("/etc/ssl/certs/client.crt").describe("File with that certificate (PEM)"),
  client_key: text("/etc/ssl/certs/client.key").describe("File with its private key (PEM)"),
  echo: flag(false).describe("Answers of the server are printed on standard output"),
  compress_uploads: flag(false).describe("Alerts are compressed with gzip"),
  keep_alive: flag(false).describe(
    "Falco's; alerts share a connection whatever it says, as in Falco",
  ),
  headers: httpKeys.headers,
  proxy: httpKeys.proxy,
});

export type HttpConfig = z.output<typeof schema>;
