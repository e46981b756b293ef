/** What takes Falco's JSON by HTTP. */
import {
  httpOutput,
  named,
  part,
  same,
  type SidekickOutput,
  texts,
  type Values,
} from "../output.ts";

const AUTHORIZATION = "headers.authorization";

export const WEBHOOKS: readonly SidekickOutput[] = [
  httpOutput({
    section: "webhook",
    sink: "webhook",
    enabledBy: ["address"],
    keys: {
      address: same("address"),
      method: named("method", ["POST", "PUT"]),
      customheaders: texts("headers"),
    },
  }),
  httpOutput({
    section: "nodered",
    sink: "webhook",
    enabledBy: ["address"],
    keys: {
      address: same("address"),
      user: part("user", AUTHORIZATION),
      password: part("password", AUTHORIZATION),
      customheaders: texts("headers"),
    },
    finish: withBasic,
  }),
  httpOutput({
    section: "n8n",
    sink: "webhook",
    enabledBy: ["address"],
    keys: {
      address: same("address"),
      user: part("user", AUTHORIZATION),
      password: part("password", AUTHORIZATION),
      headerauthname: part("header", "headers"),
      headerauthvalue: part("value", "headers"),
    },
    finish: ({ header, value, ...values }) =>
      withBasic({
        ...values,
        ...typeof header === "string" && typeof value === "string" &&
          { headers: { [header]: value } },
      }),
  }),
  httpOutput({
    section: "talon",
    sink: "webhook",
    enabledBy: ["address"],
    keys: { address: same("address") },
  }),
  httpOutput({
    section: "tekton",
    sink: "webhook",
    enabledBy: ["eventlistener"],
    keys: { eventlistener: same("address") },
  }),
  httpOutput({
    section: "gcp.cloudrun",
    sink: "webhook",
    enabledBy: ["endpoint"],
    keys: { endpoint: same("address"), jwt: part("jwt", AUTHORIZATION) },
    finish: ({ jwt, ...values }) => ({
      ...values,
      ...typeof jwt === "string" && { headers: { authorization: `Bearer ${jwt}` } },
    }),
  }),
];

/** A user and a password are a header of basic authentication. */
function withBasic({ user, password, headers, ...values }: Values): Values {
  const all = typeof headers === "object" && !Array.isArray(headers) ? headers : {};
  if (typeof user !== "string" || typeof password !== "string") return { ...values, headers: all };
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { ...values, headers: { authorization: `Basic ${bytes.toBase64()}`, ...all } };
}
