/** Keys and types of sinks as other tools call them, for who writes those here. */
import { nearest } from "../../base/mod.ts";
import { nameMeant } from "./likely_meant.ts";
import type { ConfigPath } from "./tree.ts";

/** Each line has names of one thing. */
const SAME: readonly (readonly string[])[] = [
  (
    "address addr url uri webhook_url webhook webhooks hook endpoint server servers host hosts " +
    "hostname host_port hosturl broker brokers bootstrap_servers forwarder target destination"
  ).split(" "),
  "token api_key key routing_key integration_key service_key bot_token access_token secret"
    .split(" "),
  "filename file path file_path".split(" "),
  "program command cmd exec script".split(" "),
  "chat_id chat channel room".split(" "),
  "topic topic_name topics".split(" "),
  "topic_arn arn topic".split(" "),
  "function_name function lambda".split(" "),
  "log_group group log_group_name".split(" "),
  "bucket bucket_name s3_bucket".split(" "),
  "from sender from_address mail_from".split(" "),
  "to recipient recipients to_address mail_to rcpt".split(" "),
];

/** `hostPort`, `host-port` and `hostport` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}

function same(one: string, other: string): boolean {
  const has = (names: readonly string[], wanted: string) =>
    names.some((name) => plain(name) === plain(wanted));
  return SAME.some((names) => has(names, one) && has(names, other));
}

/** What to do about a key of a sink that has another name there; absent: it may be one of several. */
export function otherNameHelp(
  path: ConfigPath,
  { known, written }: { readonly known: readonly string[]; readonly written: readonly string[] },
): string | undefined {
  const section = String(path[0]);
  if (section !== "sinks" && !section.endsWith("_output")) return undefined;
  const key = String(path.at(-1));
  const others = known.filter((name) => same(name, key));
  const [other] = others;
  if (other === undefined || others.length > 1 || written.includes(other)) return undefined;
  return `write "${other}" in place of "${key}"`;
}

/** The key that was written in place of a missing one; absent where it may be one of several. */
export function writtenInPlaceOf(
  missing: string,
  { unknown, alsoMissing }: {
    readonly unknown: readonly string[];
    readonly alsoMissing: readonly string[];
  },
): string | undefined {
  const near = unknown.filter((key) =>
    plain(key) === plain(missing) || nearest(key, [missing]) !== undefined
  );
  if (near.length > 0) return near.length === 1 ? near[0] : undefined;
  const found = unknown.filter((key) => same(key, missing));
  const isClear = found.length === 1 && !alsoMissing.some((other) => same(found[0]!, other));
  return isClear ? found[0] : undefined;
}

/** Types of sinks by other words for what they write to. */
const TYPES: Readonly<Record<string, string>> = {
  mail: "smtp",
  email: "smtp",
  opensearch: "elasticsearch",
  msteams: "teams",
  microsoft_teams: "teams",
  gchat: "googlechat",
  amqp: "rabbitmq",
  prometheus: "pushgateway",
  console: "stdout",
  exec: "program",
  command: "program",
  hec: "splunk",
  s3: "awss3",
  sns: "awssns",
  sqs: "awssqs",
};

/** The type of sink that was probably meant, as a question. */
export function sinkTypeMeant(name: string, types: readonly string[]): string | undefined {
  const written = name.toLowerCase().replace(/_output$/, "");
  const meant = [TYPES[written], written, plain(written)].find((type) =>
    types.includes(type ?? "")
  );
  return meant === undefined ? nameMeant(name, types) : `did you mean "${meant}"?`;
}

/** A name that says what the value is for, and that this is nobody's business. */
const SECRET_NAME = /pass|pwd|key|token|secret|cred|auth|url|addr|hook|header|cookie|user/i;

/** The known key that this one is a slip of, where it is hardly one of a secret. */
export function slipOf(key: string, known: readonly string[]): string | undefined {
  return SECRET_NAME.test(key) ? undefined : nearest(key, known);
}

/** A host with or without a port: nothing in it is a path, a query or somebody's name. */
const PLAIN_HOST =
  /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9-]{1,30}\.){1,6}[a-z]{2,12}|[a-z][a-z0-9-]{0,29}(?=:\d))(?::\d{1,5})?\/?$/;

/** In a cluster, or in a network of one's own: few speak TLS there. */
const INNER = /\.(?:svc|local|localdomain|internal|lan|home|cluster)$/;

/** A domain of the internet, whose standard port nobody has to name: what gets keys there has TLS. */
function isPublicName(text: string): boolean {
  const host = text.replace(/\/$/, "");
  return /\.[a-z]{2,12}$/.test(host) && !INNER.test(host);
}

/** The address that was probably meant by one without what it has to begin with. */
export function addressMeant(text: string, wanted: string): string | undefined {
  const scheme = /^an address that begins with (https?:\/\/)/.exec(wanted)?.[1];
  if (scheme === undefined || !PLAIN_HOST.test(text)) return undefined;
  const isEither = wanted.includes("https://");
  return `${isEither && isPublicName(text) ? "https://" : scheme}${text}`;
}
