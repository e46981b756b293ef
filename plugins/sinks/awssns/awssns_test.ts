import { type OutputValue, Secret } from "../../../core/mod.ts";
import { assert, assertEquals } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { requestsOf, testHttpSink } from "../../../tests/contract/http_sink_suite.ts";
import { KEYS, signedOnly } from "../../../tests/peers/aws_service.ts";
import type { Received } from "../../../tests/peers/http_receiver.ts";
import { snsMessage } from "./message.ts";
import plugin from "./mod.ts";

const config = (endpoint: string) => ({
  topic_arn: "arn:aws:sns:eu-west-1:123456789012:alerts",
  endpoint,
  ...KEYS,
});
const raw = (url: string) => ({ ...config(url), raw_json: true });
const answer = signedOnly(() => new Response("<PublishResponse/>"));
const formOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));

testHttpSink(plugin, {
  config: raw,
  answer,
  isText: true,
  messages: (request) => [
    JSON.parse(formOf(request)["Message"]!).output.replace(/^\S+: \S+ /, ""),
  ],
});

Deno.test("awssns: the text is the message, what is known of it are attributes", async () => {
  const fields = new Map<string, OutputValue>([
    ["proc.name", "cat"],
    ["proc.aname[2]", "sh"],
    ["proc.pid", 7n],
    ["evt.rawtime", 1470327477881785348n],
    ["container.id", ""],
    ["user.name", null],
    ["aws.user", "x"],
    ["rule", "no other than the rule's"],
  ]);
  const [request] = await requestsOf(plugin, { config, answer }, { fields });
  assertEquals([request!.method, request!.path], ["POST", "/"]);
  assert(request!.headers.get("authorization")!.includes("/eu-west-1/sns/aws4_request"));
  const form = formOf(request!);
  assertEquals([form["Action"], form["Version"], form["TopicArn"]], [
    "Publish",
    "2010-03-31",
    config("").topic_arn,
  ]);
  assert(form["Message"]!.endsWith("Warning An open was seen (command=cat /dev/null)"));
  const attributes: string[] = [];
  for (let n = 1; form[`MessageAttributes.entry.${n}.Name`]; n++) {
    const at = `MessageAttributes.entry.${n}`;
    attributes.push(
      [`${at}.Name`, `${at}.Value.DataType`, `${at}.Value.StringValue`]
        .map((name) => form[name]).join(" "),
    );
  }
  assertEquals(attributes, [
    "priority String Warning",
    "rule String open_from_cat",
    "source String syscall",
    "tags String filesystem,process",
    "hostname String host-1",
    "proc.name String cat",
    "proc.aname.2 String sh",
    "proc.pid Number 7",
    "evt.rawtime String 1470327477881785348",
    "_aws.user String x",
  ]);
});

Deno.test("awssns: a message is short enough, and cut between characters", () => {
  const long = `${HOSTILE}😀`.repeat(40_000);
  const fields = new Map(
    Array.from({ length: 300 }, (_, n) => [`f${n}.${HOSTILE}`, long] as const),
  );
  const alert = sampleAlert({ message: long, rule: long, hostname: "", tags: [], fields });
  const parameters = snsMessage(alert, false);
  const bytes = Object.values(parameters).join("");
  assert(new TextEncoder().encode(bytes).length < 262_144);
  assert(bytes.isWellFormed());
  for (const [name, value] of Object.entries(parameters)) {
    if (name.endsWith(".Name")) assert(/^[\w-][\w.-]*[\w-]$/.test(value) && !value.includes(".."));
    assert(value !== "", name);
  }
});

Deno.test("awssns: topics that keep the order have groups, and each message once", async () => {
  const settings = (url: string) => ({
    ...config(url),
    topic_arn: `${config(url).topic_arn}.fifo`,
    secret_access_key: new Secret({ value: KEYS.secret_access_key }),
  });
  const again = { fields: new Map([["falcod.repeated", true]]) };
  const requests = await requestsOf(plugin, { config: settings, answer }, {}, again);
  const [one, other] = requests.map(formOf);
  assertEquals(one!["MessageGroupId"], "falco");
  assert(/^[\w-]{32}$/.test(one!["MessageDeduplicationId"]!));
  assertEquals(one!["MessageDeduplicationId"], other!["MessageDeduplicationId"]);
});
