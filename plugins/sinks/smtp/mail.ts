/** What a mail says of alerts. Texts of alerts are hostile: they are printable, cut, and escaped in HTML. */
import { createHash } from "node:crypto";
import {
  type Alert,
  CHAT_COLORS,
  type Fact,
  factsOf,
  type FormattedAlert,
  PRIORITIES,
  shortText,
} from "../../../core/mod.ts";

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly date: Date;
  /** The same each time these alerts are sent. */
  readonly messageId: string;
  readonly isUrgent: boolean;
}

const MAX_SUBJECT_LENGTH = 150;
const MAX_MESSAGE_LENGTH = 100_000;
const MAX_VALUE_LENGTH = 10_000;
const MAX_FACTS = 200;
/** RFC 3834: no out-of-office replies. */
export const AUTOMATIC = { "Auto-Submitted": "auto-generated" };

const ORDER: readonly Fact["kind"][] = [
  ...["rule", "priority", "source", "hostname", "tags", "time", "field"] as const,
];

export function mailOf(batch: readonly FormattedAlert[]): Mail {
  const alerts = batch.map(({ alert }) => alert);
  const [first] = alerts;
  if (!first) throw new Error("a mail needs an alert");
  const worst = alerts.reduce((one, other) => severity(other) < severity(one) ? other : one);
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : "";
  const subject = `[${worst.priority}] ${messageOf(worst)}`;
  return {
    subject: shortText(subject, MAX_SUBJECT_LENGTH - more.length) + more,
    text: alerts.map(textOf).join("\n\n"),
    html: page(alerts.map(tableOf).join("<br>\n")),
    date: new Date(Number(first.timeNs / 1_000_000n)),
    messageId: messageIdOf(batch),
    isUrgent: severity(worst) <= PRIORITIES.indexOf("Critical"),
  };
}

function severity({ priority }: Alert): number {
  return PRIORITIES.indexOf(priority);
}

function messageOf({ message }: Alert): string {
  return shortText(message.toWellFormed(), MAX_MESSAGE_LENGTH);
}

function shownFacts(alert: Alert): readonly Fact[] {
  return factsOf(alert, ORDER).slice(0, MAX_FACTS).map((fact) => ({
    ...fact,
    name: shortText(fact.name, MAX_VALUE_LENGTH).toWellFormed(),
    value: shortText(fact.value, MAX_VALUE_LENGTH).toWellFormed(),
  }));
}

function textOf(alert: Alert): string {
  const facts = shownFacts(alert).map(({ name, value }) => `${name}: ${value}\n`);
  return `${messageOf(alert)}\n\n${facts.join("")}`;
}

function tableOf(alert: Alert): string {
  const rows = shownFacts(alert).map(({ name, value }) =>
    `<tr><td style="vertical-align: top"><b>${inHtml(name)}</b></td><td>${inHtml(value)}</td></tr>`
  );
  const border = `border-left: 6px solid #${CHAT_COLORS[alert.priority]}; padding-left: 10px`;
  return [
    `<div style="${border}">`,
    `<p>${inHtml(messageOf(alert))}</p>`,
    `<table cellpadding="4">`,
    ...rows,
    "</table>",
    "</div>",
  ].join("\n");
}

function page(content: string): string {
  return `<html><body style="font-family: sans-serif">\n${content}\n</body></html>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function inHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function messageIdOf(batch: readonly FormattedAlert[]): string {
  const hash = createHash("sha256");
  for (const { alert, line } of batch) hash.update(`${alert.timeNs} ${alert.rule} ${line}\n`);
  return `<${hash.digest("hex").slice(0, 40)}@falcod>`;
}
