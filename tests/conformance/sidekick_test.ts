/** Payloads of falcosidekick, and what its client makes of answers. */
import { basename } from "node:path";
import {
  type Alert,
  escapeText,
  HttpTarget,
  jsonText,
  type OutputValue,
  parsePriority,
  Registry,
  Report,
  SinkError,
  type SinkPlugin,
  SourceText,
  webAddress,
} from "../../core/mod.ts";
import { alertmanagerAlert, safeLabel } from "../../plugins/sinks/alertmanager/payload.ts";
import alertmanager from "../../plugins/sinks/alertmanager/mod.ts";
import cliq, { cliqMessage } from "../../plugins/sinks/cliq/mod.ts";
import { datadogEvent } from "../../plugins/sinks/datadog/mod.ts";
import discord, { discordMessage } from "../../plugins/sinks/discord/mod.ts";
import googlechat, { googlechatMessage } from "../../plugins/sinks/googlechat/mod.ts";
import { recordOf } from "../../plugins/sinks/dynatrace/record.ts";
import { lineOf } from "../../plugins/sinks/influxdb/line.ts";
import loki, { lokiPush } from "../../plugins/sinks/loki/mod.ts";
import mattermost, { mattermostMessage } from "../../plugins/sinks/mattermost/mod.ts";
import opsgenie, { opsgenieAlert } from "../../plugins/sinks/opsgenie/mod.ts";
import { traceIdOf } from "../../plugins/sinks/otlptraces/span.ts";
import pagerduty, { pagerdutyEvent } from "../../plugins/sinks/pagerduty/mod.ts";
import rocketchat, { rocketchatMessage } from "../../plugins/sinks/rocketchat/mod.ts";
import slack, { slackMessage } from "../../plugins/sinks/slack/mod.ts";
import { splunkEvent } from "../../plugins/sinks/splunk/collector.ts";
import splunk from "../../plugins/sinks/splunk/mod.ts";
import { mailOf } from "../../plugins/sinks/smtp/mail.ts";
import { messageCard } from "../../plugins/sinks/teams/cards.ts";
import telegram, { telegramMessage } from "../../plugins/sinks/telegram/mod.ts";
import teams from "../../plugins/sinks/teams/mod.ts";
import { rowOf } from "../../plugins/sinks/timescaledb/rows.ts";
import { sidekickFile } from "../../core/app/sidekick/file.ts";
import { settingsOf } from "../../core/app/sidekick/settings.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { conformanceSuite } from "./corpus.ts";

interface Input {
  readonly output: string;
  readonly priority: string;
  readonly rule: string;
  readonly time: string;
  readonly source?: string;
  readonly output_fields?: Readonly<Record<string, OutputValue>>;
  readonly tags?: readonly string[];
  readonly hostname?: string;
}

/** What a case changes of its input, or configures. */
interface Modification {
  readonly template?: string;
  readonly delete_output_field?: string;
  readonly set_output_field?: string;
  readonly value?: OutputValue;
  readonly append_tag?: string;
}

interface SidekickCase {
  readonly output: string;
  readonly name: string;
  readonly kind?: string;
  readonly compare?: string;
  readonly input?: Input;
  readonly config?: string | null;
  readonly modifications?: readonly Modification[];
  readonly expected?: unknown;
  readonly expected_paths?: Readonly<Record<string, unknown>>;
  readonly expected_absent_or_empty?: readonly string[];
  readonly fn?: string;
  readonly args?: readonly string[];
  readonly status?: number;
  readonly expected_error?: string | boolean | null;
  readonly output_fields?: Readonly<Record<string, OutputValue>>;
  readonly expected_trace_id?: string;
  readonly method?: "GET" | "POST" | "PUT";
  readonly valid?: string;
  readonly invalid?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly expected_contains?: string;
  readonly expected_columns?: Readonly<Record<string, string>>;
}

/** As falcosidekick is configured where its tests say nothing. */
const ICON =
  "https://raw.githubusercontent.com/falcosecurity/falcosidekick/master/imgs/falcosidekick.png";
const FOOTER = "https://github.com/falcosecurity/falcosidekick";
const WEBHOOK = { webhook_url: "http://127.0.0.1/" };

/** What goes out, by the name of falcosidekick's output. */
const PAYLOADS: Readonly<Record<string, (alert: Alert, item: SidekickCase) => string>> = {
  alertmanager: (alert) =>
    jsonText([
      alertmanagerAlert(alert, configOf(alertmanager, { host_port: "http://127.0.0.1/" })),
    ]),
  cliq: (alert, item) =>
    jsonText(cliqMessage(
      alert,
      configOf(cliq, {
        ...chat(item),
        use_emoji: /UseEmoji: true|emoji/.test(`${item.config}`),
      }),
    )),
  // Upstream's test of this name makes an event, not a log.
  datadog_logs: (alert) => jsonText(datadogEvent(alert)),
  datadog: (alert) => jsonText(datadogEvent(alert)),
  discord: (alert) =>
    jsonText(discordMessage(alert, configOf(discord, { ...WEBHOOK, icon: ICON }))),
  dynatrace: (alert, { input }) =>
    jsonText({ payload: [recordOf({ ...alert, output: input!.output })] }),
  googlechat: (alert, item) =>
    jsonText(googlechatMessage(alert, configOf(googlechat, { ...WEBHOOK, ...messageOf(item) }))),
  influxdb: (alert, { input }) => {
    const sent = { ...alert, output: input!.output };
    return jsonText(pointOf(lineOf(sent, { measurement: "events", output_fields: "tags" })));
  },
  loki: (alert) => jsonText(lokiPush([alert], configOf(loki, { host_port: "http://127.0.0.1/" }))),
  mattermost: (alert, item) =>
    jsonText(mattermostMessage(alert, configOf(mattermost, { ...chat(item), footer: FOOTER }))),
  opsgenie: (alert) =>
    jsonText(opsgenieAlert(alert, configOf(opsgenie, { api_key: "k", entity: "Falcosidekick" }))),
  pagerduty: (alert) => jsonText(pagerdutyEvent(alert, configOf(pagerduty, { routing_key: "" }))),
  rocketchat: (alert, item) => jsonText(rocketchatMessage(alert, configOf(rocketchat, chat(item)))),
  slack: (alert, item) =>
    jsonText(slackMessage(alert, configOf(slack, { ...chat(item), footer: FOOTER }))),
  splunk: (alert) =>
    jsonText(splunkEvent(alert, configOf(splunk, { host: "http://127.0.0.1/", token: "t" }))),
  teams: (alert) =>
    jsonText(messageCard(alert, configOf(teams, { ...WEBHOOK, title: "Falcosidekick" }))),
  telegram: (alert, { expected }) => {
    const { chat_id } = expected as { readonly chat_id?: string };
    const config = configOf(telegram, { token: "t", chat_id });
    return telegramLines(jsonText(telegramMessage(alert, config)));
  },
};

/** A line of InfluxDB's: its tags have no order, and falcosidekick tells no time. */
function pointOf(line: string) {
  const [tags = "", fields = ""] = line.split(/(?<!\\) (?=\S+=)/);
  const pairs = (text: string, names: RegExp) =>
    Object.fromEntries(
      text.split(names).filter((part) => part.includes("=")).map((part) =>
        part.split(/=(.*)/s).slice(0, 2)
      ),
    );
  return {
    tags: pairs(tags, /(?<!\\),/),
    fields: pairs(fields.replace(/ \d+$/, ""), /,(?=[^"]*(?:"[^"]*"[^"]*)*$)/),
  };
}

/** Its text without what is not shown: empty lines, and falcosidekick's markup of nothing. */
function telegramLines(message: string): string {
  const { text, ...others } = JSON.parse(message);
  const lines = text.split("\n").map((line: string) =>
    line.trimEnd().replace("**Output**", "*Output*")
  );
  return JSON.stringify({ ...others, text: lines.filter((line: string) => line !== "") });
}

/** A row of a table, its time as text. */
function judgeRow(item: SidekickCase): string | undefined {
  const alert = { ...alertOf(item.input!), output: item.input!.output };
  const added = /customfields (\S+); templatedfields (\S+)/.exec(item.config ?? "") ?? [];
  const row = rowOf(alert, { field_columns: added.slice(1) });
  const found = Object.fromEntries(
    [...row].map((
      [name, value],
    ) => [name, name === "time" ? value!.replace(".000000000", "") : value]),
  );
  const expected = item.expected_columns!;
  return lines(
    [...new Set([...Object.keys(expected), ...Object.keys(found)])]
      .filter((name) => found[name] !== expected[name])
      .map((name) => `${name}: ${found[name]}, not ${expected[name]}`),
  );
}

/** As it is compared. */
function expectedOf({ output, expected }: SidekickCase): unknown {
  if (output === "telegram") return JSON.parse(telegramLines(JSON.stringify(expected)));
  if (output !== "influxdb" || typeof expected !== "string") return expected;
  return pointOf(expected.startsWith('"') ? JSON.parse(expected) : expected);
}

/** Cases that are not judged, by what they are about. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  gcp: "a request with a token: plugins/sinks/gcpchronicle has a test of it",
  utils: "a function of falcosidekick's that leaves out what is no text; falcod shows it",
};

conformanceSuite<SidekickCase>({
  file: "sidekick.jsonl",
  behaviour: "forwarders tell what falcosidekick tells",
  name: ({ output, name }) => `${output} ${basename(name)}`,
  concerns: ({ output }) => !Object.hasOwn(LEFT_OUT, output),
  note: () => `not judged: ${Object.keys(LEFT_OUT).join(", ")}`,
  judge: (item) => {
    if (item.kind === "env-config") return judgeEnvironment(item);
    if (item.output === "smtp") return judgeDate(item);
    if (item.kind === "http-status") return judgeStatus(item);
    if (item.kind === "url-parse") return judgeAddresses(item);
    if (item.kind === "trace-id") return judgeTraceId(item);
    if (item.kind === "function") return judgeFunction(item);
    if (item.compare === "sql-insert") return judgeRow(item);
    return judgePayload(item);
  },
  exceptions: [
    {
      matches:
        /^(datadog_logs|mattermost|opsgenie|rocketchat|slack|teams|googlechat|discord|datadog|cliq|influxdb) /,
      lines: /^shows "[^"]+" too$/,
      reason: "numbers are shown too, not only texts",
    },
    {
      matches: /^timescaledb /,
      lines: /^tags: /,
      reason: "tags are sorted, as falcosidekick does before its outputs see them",
    },
    {
      matches: /^alertmanager /,
      lines: /^\[0\]\.endsAt: /,
      reason: "an end that nobody has set is not sent, in place of the year 1",
    },
    {
      matches: /^splunk /,
      lines: /^(time|host|event\.(output|time|tags\[\d\])): /,
      reason: "an event is of the time and host of the alert, not of those of its arrival; " +
        "what is sent of it is Falco's JSON as falcod writes it",
    },
    {
      matches: /^(pagerduty|discord|googlechat) /,
      lines:
        /^(payload\.severity|dedup_key|payload\.custom_details\.(rule|priority|source|tags)|text|content|allowed_mentions\..*|embeds\[0\]\.color): /,
      reason: "as PagerDuty, Discord and Google document it: the severity is that of the rule, " +
        "repetitions are one incident, colours are numbers; the alert's own text is shown",
    },
  ],
});

function judgePayload(item: SidekickCase): string | undefined {
  const input = modified(item.input!, item.modifications ?? []);
  const payload = JSON.parse(PAYLOADS[item.output]!(alertOf(input), item));
  if (item.expected_paths) {
    const found = flat(payload);
    const absent = (item.expected_absent_or_empty ?? []).map((path) => [path, undefined] as const);
    return lines(
      [...Object.entries(item.expected_paths), ...absent]
        .map(([path, value]) => [GO_NAMES[path] ?? path, value] as const)
        .filter(([path, value]) => found.get(path) !== value)
        .map(([path, value]) => `${path}: ${found.get(path)}, not ${value}`),
    );
  }
  const numbers = Object.entries(input.output_fields ?? {}).filter(([, value]) =>
    typeof value === "number"
  ).map(([name]) => name);
  const shown = new Set<string>();
  const own = ["alertmanager", "pagerduty", "splunk", "telegram", "dynatrace"].includes(item.output)
    ? payload
    : without(payload, new Set(numbers), shown);
  const expected = flat(expectedOf(item)), found = flat(own);
  const problems = [...new Set([...expected.keys(), ...found.keys()])]
    .filter((path) => expected.get(path) !== found.get(path))
    .map((path) => `${path}: ${found.get(path)}, not ${expected.get(path)}`);
  return lines([...problems, ...[...shown].map((name) => `shows "${name}" too`)]);
}

function modified(input: Input, modifications: readonly Modification[]): Input {
  const fields = { ...input.output_fields };
  const tags = [...input.tags ?? []];
  for (const { delete_output_field, set_output_field, value, append_tag } of modifications) {
    if (delete_output_field !== undefined) delete fields[delete_output_field];
    if (set_output_field !== undefined) fields[set_output_field] = value!;
    if (append_tag !== undefined) tags.push(append_tag);
  }
  return { ...input, output_fields: fields, tags };
}

/** Where cases name the members of Go's structs. */
const GO_NAMES: Readonly<Record<string, string>> = {
  ContainerId: "payload[0].container.id",
  ContainerName: "payload[0].container.name",
  K8sNamespaceName: "payload[0].k8s.namespace.name",
  ProcessExecutableName: "payload[0].process.executable.name",
  SpanId: "payload[0].span.id",
};

/** What the payload says without the fields of these names, in all ways that payloads have. */
function without(value: unknown, names: ReadonlySet<string>, shown: Set<string>): unknown {
  const saysOne = (item: unknown) => {
    const label = typeof item === "string" ? item.split(":")[0] : labelOf(item);
    if (label === undefined || !names.has(label)) return false;
    shown.add(label);
    return true;
  };
  if (Array.isArray(value)) {
    return value.filter((item) => !saysOne(item)).map((item) => without(item, names, shown));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) =>
      ![...names].some((name) => [name, name.replaceAll(".", "_")].includes(key) && saysOne(name))
    ).map(([key, member]) => [key, without(member, names, shown)]),
  );
}

function labelOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { name, title, field, keyValue } = item as {
    name?: string;
    title?: string;
    field?: string;
    keyValue?: { topLabel: string };
  };
  return name ?? title ?? field ?? keyValue?.topLabel;
}

/** Leaves by their paths; what is empty counts as nothing. */
function flat(value: unknown, path = "", found = new Map<string, unknown>()): Map<string, unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) flat(item, `${path}[${index}]`, found);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      flat(member, path === "" ? key : `${path}.${key}`, found);
    }
  } else if (value !== null && value !== "") found.set(path, value);
  return found;
}

function judgeFunction({ fn, args, expected }: SidekickCase): string | undefined {
  const [text = ""] = args!;
  // No priority has no name there.
  const found = fn === "Priority" ? parsePriority(text) ?? "" : safeLabel(text);
  return found === expected ? undefined : `${found}, not ${expected}`;
}

function judgeTraceId({ output_fields = {}, expected_trace_id }: SidekickCase): string | undefined {
  const found = traceIdOf(new Map(Object.entries(output_fields)));
  return found === expected_trace_id ? undefined : `${found}, not ${expected_trace_id}`;
}

async function judgeStatus(item: SidekickCase): Promise<string | undefined> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(null, { status: item.status! }),
  );
  const config = configOf(slack, WEBHOOK);
  const target = new HttpTarget(config, { url: `http://127.0.0.1:${server.addr.port}/` });
  const outcome = await target.send({ body: "{}", method: item.method! })
    .then(() => null, (error) => error);
  await target.close();
  const isError = outcome instanceof SinkError;
  return isError === (item.expected_error !== null) ? undefined : `${outcome}`;
}

/** Variables alone enable nothing: the others that the output needs stand beside them. */
async function judgeEnvironment({ env = {}, expected }: SidekickCase): Promise<string | undefined> {
  const report = new Report();
  const variables: Readonly<Record<string, string>> = {
    TELEGRAM_TOKEN: "t",
    TELEGRAM_CHATID: "1",
    ...env,
  };
  const source = new SourceText("config.yaml", "");
  const file = sidekickFile(source, { environment: (name) => variables[name], report })!;
  const { sinks } = await settingsOf(file, { registry: new Registry(builtinPlugins), report });
  const config = sinks.find(({ label }) => label === "telegram")?.config;
  const found = (config as Readonly<Record<string, unknown>>).message_thread_id;
  const wanted = (expected as Readonly<Record<string, unknown>>)["telegram.messagethreadid"];
  return found === wanted ? undefined : `${found}, not ${wanted}`;
}

/** As the mailer writes it (RFC 5322 3.3). */
function judgeDate({ input, expected_contains = "" }: SidekickCase): string | undefined {
  const { date } = mailOf([{ alert: alertOf(input!), line: "" }]);
  const header = `Date: ${date.toUTCString().replace("GMT", "+0000")}\n`;
  return header.includes(expected_contains) ? undefined : header;
}

function judgeAddresses({ valid, invalid }: SidekickCase): string | undefined {
  const schema = webAddress();
  return lines([
    ...schema.safeParse(valid).success ? [] : [`refuses ${valid}`],
    ...schema.safeParse(invalid).success ? [`takes ${invalid}`] : [],
  ]);
}

function alertOf(input: Input): Alert {
  const [seconds, fraction = ""] = input.time.slice(0, -1).split(".");
  const ms = BigInt(Date.parse(`${seconds}Z`));
  return {
    rule: input.rule,
    priority: parsePriority(input.priority)!,
    source: input.source ?? "",
    tags: input.tags ?? [],
    timeNs: ms * 1_000_000n + BigInt(fraction.padEnd(9, "0")),
    hostname: input.hostname ?? "",
    message: escapeText(input.output),
    fields: new Map(Object.entries(input.output_fields ?? {})),
  };
}

/** What a case configures of a chat: always the same name, and a template. */
function chat(item: SidekickCase) {
  return { ...WEBHOOK, username: "Falcosidekick", icon: ICON, ...messageOf(item) };
}

function messageOf({ modifications = [] }: SidekickCase) {
  const template = modifications.map(({ template }) => /Parse\('(.*)'\)/.exec(template ?? "")?.[1])
    .at(0);
  return template === undefined ? {} : { message_format: template };
}

function configOf<Config>(plugin: SinkPlugin<Config>, config: unknown): Config {
  return plugin.schema.parse(config);
}

function lines(problems: readonly string[]): string | undefined {
  return problems.length === 0 ? undefined : problems.join("\n");
}
