/** Chats and others that people read. */
import {
  httpOutput,
  idle,
  list,
  made,
  output,
  type Problem,
  same,
  type SidekickOutput,
  type Values,
} from "../output.ts";

const ICON =
  "https://raw.githubusercontent.com/falcosecurity/falcosidekick/master/imgs/falcosidekick_color.png";
const FOOTER = "https://github.com/falcosecurity/falcosidekick";

const attachmentKeys = {
  webhookurl: same("webhook_url"),
  username: same("username", "Falcosidekick"),
  icon: same("icon", ICON),
  outputformat: same("output_format"),
  messageformat: same("message_format"),
};

/** Ways of SASL, by falcosidekick's names. */
const MECHANISMS: Readonly<Record<string, string>> = {
  plain: "plain",
  login: "login",
  oauthbearer: "oauth2",
};

/**
 * Hosts of workflows of Teams, which take cards of another kind than the connectors that Microsoft has
 * switched off; falcosidekick knows those alone.
 */
const WORKFLOWS = /\.(?:logic\.azure|api\.powerplatform|api\.powerautomate)\.[a-z.]{2,12}$/;

/** `address` as it is written: anything. */
function isOfWorkflow(address: unknown): boolean {
  const url = typeof address === "string" ? URL.parse(address) : null;
  return url !== null && WORKFLOWS.test(url.hostname);
}

export const CHATS: readonly SidekickOutput[] = [
  httpOutput({
    section: "slack",
    sink: "slack",
    enabledBy: ["webhookurl"],
    keys: { ...attachmentKeys, channel: same("channel"), footer: same("footer", FOOTER) },
  }),
  httpOutput({
    section: "rocketchat",
    sink: "rocketchat",
    enabledBy: ["webhookurl"],
    keys: { ...attachmentKeys, footer: idle("Rocket.Chat does not show it") },
  }),
  httpOutput({
    section: "mattermost",
    sink: "mattermost",
    enabledBy: ["webhookurl"],
    keys: { ...attachmentKeys, footer: same("footer", FOOTER) },
  }),
  httpOutput({
    section: "teams",
    sink: "teams",
    enabledBy: ["webhookurl"],
    keys: {
      webhookurl: same("webhook_url"),
      activityimage: same("activity_image", ICON),
      outputformat: same("output_format"),
    },
    finish: (values) => ({
      ...values,
      card: isOfWorkflow(values.webhook_url) ? "adaptive_card" : "message_card",
    }),
    always: { title: "Falcosidekick" },
  }),
  httpOutput({
    section: "discord",
    sink: "discord",
    enabledBy: ["webhookurl"],
    keys: { webhookurl: same("webhook_url"), icon: same("icon", ICON) },
  }),
  httpOutput({
    section: "googlechat",
    sink: "googlechat",
    enabledBy: ["webhookurl"],
    keys: {
      webhookurl: same("webhook_url"),
      outputformat: same("output_format"),
      messageformat: same("message_format"),
    },
  }),
  httpOutput({
    section: "webex",
    sink: "webex",
    enabledBy: ["webhookurl"],
    keys: { webhookurl: same("webhook_url") },
  }),
  httpOutput({
    section: "cliq",
    sink: "cliq",
    enabledBy: ["webhookurl"],
    keys: {
      webhookurl: same("webhook_url"),
      icon: same("icon", ICON),
      outputformat: same("output_format"),
      messageformat: same("message_format"),
      useemoji: same("use_emoji"),
    },
    always: { username: "Falcosidekick" },
  }),
  httpOutput({
    section: "telegram",
    sink: "telegram",
    enabledBy: ["token", "chatid"],
    keys: {
      host: same("host"),
      token: same("token"),
      chatid: same("chat_id"),
      messagethreadid: same("message_thread_id"),
    },
  }),
  httpOutput({
    section: "gotify",
    sink: "gotify",
    enabledBy: ["hostport"],
    keys: {
      hostport: same("host_port"),
      token: same("token"),
      format: made("message_type", gotifyType),
    },
  }),
  output({
    section: "smtp",
    sink: "smtp",
    enabledBy: ["hostport", "from", "to"],
    keys: {
      hostport: same("host_port"),
      tls: same("tls.enabled"),
      from: same("from"),
      to: list("to"),
      outputformat: same("output_format"),
      authmechanism: made("auth_mechanism", mechanism),
      user: same("user"),
      password: same("password"),
      token: same("password"),
      identity: idle("the user alone says who falcod is"),
      trace: idle("the mechanism anonymous is not spoken"),
    },
  }),
];

/** `text` is a name for lines of text, too. */
function gotifyType(text: string): Values | Problem {
  const name = text.toLowerCase();
  if (name === "text") return { message_type: "plaintext" };
  return ["plaintext", "json", "markdown"].includes(name)
    ? { message_type: name }
    : { problem: "markdown, plaintext or json" };
}

function mechanism(text: string): Values | Problem {
  const name = text.toLowerCase();
  // Without a user nobody is asked for.
  if (name === "none") return { user: "" };
  const ours = Object.hasOwn(MECHANISMS, name) ? MECHANISMS[name] : undefined;
  return ours === undefined
    ? { problem: `${Object.keys(MECHANISMS).join(", ")} or none` }
    : { auth_mechanism: ours };
}
