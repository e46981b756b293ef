/** The two kinds of message that Teams takes. */
import {
  type Alert,
  factsOf,
  type Json,
  type Priority,
  shortText,
  utcText,
} from "../../../core/mod.ts";
import type { TeamsConfig } from "./schema.ts";

const COLORS: Readonly<Record<Priority, string>> = {
  Emergency: "e20b0b",
  Alert: "ff5400",
  Critical: "ff9000",
  Error: "ffc700",
  Warning: "ffff00",
  Notice: "5bffb5",
  Informational: "68c2ff",
  Debug: "ccfff2",
};

/** Words for colours: cards know no others. */
const STYLES: Readonly<Record<Priority, string>> = {
  Emergency: "attention",
  Alert: "attention",
  Critical: "attention",
  Error: "attention",
  Warning: "warning",
  Notice: "accent",
  Informational: "accent",
  Debug: "default",
};

const ORDER = ["rule", "priority", "source", "hostname", "field", "tags"] as const;

type CardConfig = Pick<TeamsConfig, "title" | "activity_image" | "output_format">;

/** `limit`: UTF-16 units of the text and of each value. */
export function adaptiveCard(alert: Alert, config: CardConfig, limit = Infinity): Json {
  const { title, output_format } = config;
  const facts = factsOf(alert, ORDER).map(({ name, value }) => ({
    title: withoutLinks(shortText(name, limit)),
    value: withoutLinks(shortText(value, limit)),
  }));
  return {
    type: "message",
    attachments: [{
      contentType: "application/vnd.microsoft.card.adaptive",
      contentUrl: null,
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        msteams: { width: "Full" },
        body: [
          {
            type: "Container",
            style: STYLES[alert.priority],
            bleed: true,
            items: [
              text(`${alert.priority}: ${shortText(alert.rule, limit)}`, {
                weight: "bolder",
                size: "medium",
              }),
              text(`${title} · ${utcText(alert.timeNs)}`, { isSubtle: true }),
            ],
          },
          ...output_format === "facts" ? [] : [text(shortText(alert.message, limit), {})],
          ...output_format === "text" ? [] : [{ type: "FactSet", facts }],
        ],
      },
    }],
  };
}

/** Text as it is: a block of text would read Markdown in it. */
function text(text: string, style: { readonly [key: string]: Json }): Json {
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text, ...style }] };
}

/** Facts are Markdown, in which whoever names a file could place links. */
function withoutLinks(text: string): string {
  return text.replace(/[\\[\]`*_]/g, "\\$&");
}

export function messageCard(alert: Alert, config: CardConfig, limit = Infinity): Json {
  const { title, activity_image, output_format } = config;
  const message = shortText(alert.message, limit);
  const facts = factsOf(alert, ORDER).map(({ name, value }) => ({
    name: shortText(name, limit),
    value: shortText(value, limit),
  }));
  return {
    "@type": "MessageCard",
    summary: message,
    themeColor: COLORS[alert.priority],
    sections: [{
      activityTitle: title,
      activitySubtitle: utcText(alert.timeNs),
      activityImage: activity_image || undefined,
      text: output_format === "facts" ? "" : message,
      facts: output_format === "text" ? undefined : facts,
    }],
  };
}
