/**
 * An alert in ArcSight's Common Event Format, with the names of falcosidekick. "Implementing ArcSight
 * CEF", version 26: heads end at `|`, values at the next `name=`, and `\` goes before either.
 */
import {
  type Alert,
  escapeUnprintable,
  falcoOutput,
  rfc3339Text,
  sortedTags,
  valueText,
} from "../../../core/mod.ts";

/** 0 to 10. */
const SEVERITIES: Readonly<Record<Alert["priority"], number>> = {
  Emergency: 10,
  Alert: 9,
  Critical: 8,
  Error: 7,
  Warning: 6,
  Notice: 4,
  Informational: 3,
  Debug: 0,
};

/** One line. What is not known is left out. */
export function cefLine(alert: Alert): string {
  const { rule, priority, uuid = "", timeNs, source, hostname } = alert;
  const head = [
    "CEF:0",
    ...["Falcosecurity", "Falco", "1.0", "Falco Event", rule].map(headText),
    SEVERITIES[priority],
  ];
  const fields = [...alert.fields].sort(([one], [other]) => one < other ? -1 : 1)
    .map(([name, value]) => `${name}:${valueText(value)}`);
  const values = {
    uuid,
    start: rfc3339Text(timeNs),
    msg: falcoOutput(alert),
    source,
    hostname,
    outputfields: fields.join(" "),
    tags: sortedTags(alert).join(","),
  };
  const extension = Object.entries(values).filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${extensionText(value)}`);
  return `${head.join("|")}|${extension.join(" ")}`;
}

/** Line ends are allowed in values only. */
function headText(text: string): string {
  return escapeUnprintable(text.replace(/[\r\n]+/g, " ")).replace(/[\\|]/g, "\\$&");
}

function extensionText(text: string): string {
  return text.replace(/[^\r\n]+/g, (part) => escapeUnprintable(part).replace(/[\\=]/g, "\\$&"))
    .replace(/\r/g, "\\r").replace(/\n/g, "\\n");
}
