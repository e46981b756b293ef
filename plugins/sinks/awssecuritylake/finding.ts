/** An alert as a Security Finding of OCSF (class 2001), with the columns that falcosidekick writes. */
import {
  type Alert,
  alertDocument,
  alertUuid,
  falcoOutput,
  jsonText,
  type Priority,
  replaceInvalid,
  sortedTags,
  valueText,
} from "../../../core/mod.ts";
import type { Column, Row } from "./columns.ts";

const text = (name: string): Column => ({ name, type: "text" });
const number = (name: string): Column => ({ name, type: "int32" });
const time = (name: string): Column => ({ name, type: "int64" });

export const COLUMNS: readonly Column[] = [
  number("activity_id"),
  text("activity_name"),
  text("category_name"),
  number("category_uid"),
  // Without its underscore, as tables are that falcosidekick's files have filled.
  text("classname"),
  number("class_uid"),
  {
    name: "finding",
    type: "group",
    columns: [
      time("created_time"),
      text("desc"),
      text("title"),
      { name: "types", type: "text", isRepeated: true },
      text("uid"),
    ],
  },
  text("message"),
  {
    name: "metadata",
    type: "group",
    columns: [
      text("version"),
      { name: "product", type: "group", columns: [text("vendor_name"), text("name")] },
      { name: "labels", type: "text", isRepeated: true },
    ],
  },
  {
    name: "observables",
    type: "group",
    isRepeated: true,
    columns: [text("name"), text("type"), number("type_id"), text("value")],
  },
  text("raw_data"),
  text("severity"),
  number("severity_id"),
  text("state"),
  number("state_id"),
  text("status"),
  time("time"),
  text("type_name"),
  number("type_uid"),
];

/** schema.ocsf.io: severity_id */
const SEVERITIES: Readonly<Record<Priority, readonly [id: number, name: string]>> = {
  Emergency: [6, "Fatal"],
  Alert: [6, "Fatal"],
  Critical: [5, "Critical"],
  Error: [4, "High"],
  Warning: [3, "Medium"],
  Notice: [2, "Low"],
  Informational: [1, "Informational"],
  Debug: [1, "Informational"],
};

/** Of the schema that the columns are of. */
const VERSION = "0.1.0";

export async function findingOf(alert: Alert): Promise<Row> {
  const { priority, hostname } = alert;
  const [severityId, severity] = SEVERITIES[priority];
  const timeMs = alert.timeNs / 1_000_000n;
  const rule = replaceInvalid(alert.rule);
  return {
    activity_id: 1,
    activity_name: "Generate",
    category_name: "Findings",
    category_uid: 2,
    classname: "Security Finding",
    class_uid: 2001,
    finding: {
      created_time: timeMs,
      desc: replaceInvalid(falcoOutput(alert)),
      title: rule,
      types: [replaceInvalid(alert.source)],
      uid: await alertUuid(alert),
    },
    message: rule,
    metadata: {
      version: VERSION,
      product: { vendor_name: "Falcosecurity", name: "Falco" },
      labels: sortedTags(alert).map(replaceInvalid),
    },
    observables: [
      ...hostname === "" ? [] : [observable("hostname", hostname)],
      ...[...alert.fields].filter(([, value]) => IS_TOLD.has(typeof value))
        .map(([name, value]) => observable(name, valueText(value))),
    ],
    raw_data: jsonText(alertDocument(alert)),
    severity,
    severity_id: severityId,
    state: "New",
    state_id: 1,
    status: priority,
    time: timeMs,
    type_name: "Security Finding: Generate",
    type_uid: 200_101,
  };
}

/** Lists and what is not known say nothing there. */
const IS_TOLD: ReadonlySet<string> = new Set(["string", "number", "bigint"]);

function observable(name: string, value: string): Row {
  return { name: replaceInvalid(name), type: "Other", type_id: 0, value: replaceInvalid(value) };
}
