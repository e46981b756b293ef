/** What takes Falco's JSON by HTTP. */
import {
  httpOutput,
  idle,
  named,
  part,
  same,
  type SidekickOutput,
  texts,
  type Value,
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
    section: "cloudevents",
    sink: "cloudevents",
    enabledBy: ["address"],
    keys: { address: same("address"), extensions: texts("extensions") },
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
    section: "sumologic",
    sink: "webhook",
    enabledBy: ["receiverurl"],
    keys: {
      receiverurl: same("address"),
      sourcecategory: part("X-Sumo-Category", "headers"),
      sourcehost: part("X-Sumo-Host", "headers"),
      name: part("X-Sumo-Name", "headers"),
    },
    finish: (values) => {
      const isHeader = ([name]: readonly [string, Value]) => name.startsWith("X-Sumo-");
      const entries = Object.entries(values);
      const others = Object.fromEntries(entries.filter((entry) => !isHeader(entry)));
      const headers = Object.fromEntries(entries.filter(isHeader)) as Record<string, string>;
      return { ...others, headers };
    },
  }),
  httpOutput({
    section: "openobserve",
    sink: "webhook",
    enabledBy: ["hostport"],
    keys: {
      hostport: part("host", "address"),
      organizationname: { ...part("organization", "address"), standard: "default" },
      streamname: { ...part("stream", "address"), standard: "falco" },
      username: part("user", AUTHORIZATION),
      password: part("password", AUTHORIZATION),
      customheaders: texts("headers"),
    },
    finish: ({ host, organization, stream, ...values }) =>
      withBasic({ ...values, address: addressAt(host, ["api", organization, stream, "_multi"]) }),
  }),
  httpOutput({
    section: "zincsearch",
    sink: "webhook",
    enabledBy: ["hostport"],
    keys: {
      hostport: part("host", "address"),
      index: { ...part("index", "address"), standard: "falco" },
      username: part("user", AUTHORIZATION),
      password: part("password", AUTHORIZATION),
    },
    finish: ({ host, index, ...values }) =>
      withBasic({ ...values, address: addressAt(host, ["api", index, "_doc"]) }),
  }),
  httpOutput({
    section: "quickwit",
    sink: "webhook",
    enabledBy: ["hostport"],
    keys: {
      hostport: part("host", "address"),
      apiendpoint: { ...part("endpoint", "address"), standard: "api/v1" },
      index: { ...part("index", "address"), standard: "falco" },
      customheaders: texts("headers"),
      autocreateindex: idle("the index has to be there", "false"),
      version: idle("it is for indices that are made", "0.7"),
    },
    finish: ({ host, endpoint, index, ...values }) => ({
      ...values,
      address: addressAt(host, [endpoint, index, "ingest"]),
    }),
  }),
];

/** A path below what may end in a slash. */
function addressAt(host: Value | undefined, steps: readonly (Value | undefined)[]): string {
  return [host, ...steps].map((part) => String(part).replace(/^\/+|\/+$/g, "")).join("/");
}

/** A user and a password are a header of basic authentication. */
function withBasic({ user, password, headers, ...values }: Values): Values {
  const all = typeof headers === "object" && !Array.isArray(headers) ? headers : {};
  if (typeof user !== "string" || typeof password !== "string") return { ...values, headers: all };
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { ...values, headers: { authorization: `Basic ${bytes.toBase64()}`, ...all } };
}
