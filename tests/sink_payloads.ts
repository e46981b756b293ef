/** What sinks over HTTP send for the alert of the tests, for their pages. */
import type { Registry } from "../core/mod.ts";
import { CREDENTIALS } from "./peers/google_account.ts";
import type { Received } from "./peers/http_receiver.ts";
import { requestsOf } from "./contract/http_sink_suite.ts";

/** Settings that lead to the server at `url`. */
const CONFIGS: Readonly<Record<string, (url: string) => Readonly<Record<string, unknown>>>> = {
  alertmanager: (host_port) => ({ host_port }),
  awscloudwatchlogs: (endpoint) => ({ log_group: "/falco/alerts", ...aws(endpoint) }),
  awslambda: (endpoint) => ({ function_name: "alerts", ...aws(endpoint) }),
  awss3: (endpoint) => ({ bucket: "security", ...aws(endpoint) }),
  azureeventhub: (endpoint) => ({
    namespace: "alerts",
    event_hub: "falco",
    shared_access_key_name: "send",
    shared_access_key: "KEY",
    endpoint,
  }),
  cliq: (url) => ({
    webhook_url: `${url}/api/v2/channelsbyname/NAME/message?zapikey=KEY`,
  }),
  cloudevents: (url) => ({ address: `${url}/events` }),
  datadog: (host) => ({ host, api_key: "KEY" }),
  datadoglogs: (host) => ({ host, api_key: "KEY", service: "falco" }),
  discord: (url) => ({ webhook_url: `${url}/api/webhooks/ID/TOKEN` }),
  dynatrace: (url) => ({ api_url: `${url}/api`, api_token: "TOKEN" }),
  elasticsearch: (host_port) => ({ host_port, api_key: "KEY" }),
  fission: (address) => ({ address, function: "alerts" }),
  gcpcloudfunctions: (endpoint) => ({
    function_name: "projects/my-project/locations/europe-west1/functions/alerts",
    endpoint,
    ...CREDENTIALS,
  }),
  gcpcloudrun: (url) => ({ endpoint: `${url}/`, jwt: "TOKEN" }),
  gcpstorage: (endpoint) => ({ bucket: "security", prefix: "falco", endpoint, ...CREDENTIALS }),
  googlechat: (url) => ({ webhook_url: `${url}/v1/spaces/ID/messages?key=KEY&token=TOKEN` }),
  gotify: (host_port) => ({ host_port, token: "TOKEN" }),
  grafana: (host_port) => ({ host_port, api_key: "KEY" }),
  grafanaoncall: (url) => ({ webhook_url: `${url}/integrations/v1/webhook/TOKEN/` }),
  kafkarest: (url) => ({ address: `${url}/topics/falco` }),
  kubeless: (address) => ({ address, function: "alerts", namespace: "security" }),
  loki: (host_port) => ({ host_port }),
  mattermost: (url) => ({ webhook_url: `${url}/hooks/TOKEN` }),
  openfaas: (address) => ({ address, function_name: "alerts" }),
  opsgenie: (url) => ({ url: `${url}/v2/alerts`, api_key: "KEY" }),
  otlplogs: (endpoint) => ({ endpoint, protocol: "http/json" }),
  otlptraces: (endpoint) => ({ endpoint, protocol: "http/json" }),
  pagerduty: (url) => ({ url: `${url}/v2/enqueue`, routing_key: "KEY" }),
  rocketchat: (url) => ({ webhook_url: `${url}/hooks/ID/TOKEN` }),
  slack: (url) => ({ webhook_url: `${url}/services/T/B/TOKEN` }),
  splunk: (host) => ({ host, token: "TOKEN", index: "security" }),
  teams: (url) => ({ webhook_url: `${url}/workflows/ID?sig=TOKEN` }),
  telegram: (host) => ({ host, token: "TOKEN", chat_id: "-100" }),
  webex: (url) => ({ webhook_url: `${url}/v1/webhooks/incoming/TOKEN` }),
  webui: (url) => ({ url }),
};

function aws(endpoint: string) {
  return { endpoint, region: "eu-west-1", access_key_id: "ID", secret_access_key: "KEY" };
}

/** The request as a block of Markdown; absent for sinks that have none to show. */
export async function payloadBlock(registry: Registry, name: string): Promise<string | undefined> {
  const config = CONFIGS[name];
  if (!config) return undefined;
  const plugin = await registry.load("sink", name);
  const [request] = await requestsOf(plugin, { config, answer }, {});
  const body = pretty(request!.body);
  const fence = body.includes("```") ? "````" : "```";
  return [fence, `${request!.method} ${request!.path}`, "", body, fence].join("\n");
}

function answer({ path }: Received): Response {
  return path.startsWith("/_bulk")
    ? Response.json({ items: [{ create: { status: 201 } }] })
    : new Response(null);
}

function pretty(body: string): string {
  const documents = body.trimEnd().split("\n").map((line) => JSON.parse(line));
  return documents.map((document) => JSON.stringify(document, null, 2)).join("\n");
}
