/** Alerts as messages of a topic. docs.aws.amazon.com/sns/latest/api/API_Publish.html */
import {
  type Alert,
  alertDocument,
  falcoOutput,
  jsonText,
  type OutputValue,
  outputValueJson,
  shortText,
  sortedTags,
  valueText,
  xmlText,
} from "../../../core/mod.ts";

/** Bytes of a message, its attributes among them; of these so many, each so long. */
const MOST = { bytes: 262_144, attributes: 100, valueUnits: 512, nameLength: 256 };
/** Four bytes a character at most, and room for attributes. */
const MOST_TEXT_UNITS = 24_000;

/** Parameters of the request; names of attributes are there once. */
export function snsMessage(alert: Alert, isRaw: boolean): Readonly<Record<string, string>> {
  if (isRaw) return { Message: xmlText(jsonText(alertDocument(alert))) };
  const parameters: Record<string, string> = {
    Message: xmlText(shortText(falcoOutput(alert), MOST_TEXT_UNITS)) || " ",
  };
  let number = 0;
  for (const [name, { type, value }] of attributesOf(alert)) {
    if (++number > MOST.attributes) break;
    const before = `MessageAttributes.entry.${number}`;
    parameters[`${before}.Name`] = name;
    parameters[`${before}.Value.DataType`] = type;
    parameters[`${before}.Value.StringValue`] = value;
  }
  return parameters;
}

interface Attribute {
  readonly type: "String" | "Number";
  readonly value: string;
}

function attributesOf(alert: Alert): ReadonlyMap<string, Attribute> {
  const found = new Map<string, Attribute>();
  const add = (name: string, value: OutputValue) => {
    const key = attributeName(name);
    const attribute = attributeOf(value);
    if (key !== "" && attribute && !found.has(key)) found.set(key, attribute);
  };
  add("priority", alert.priority);
  add("rule", alert.rule);
  add("source", alert.source);
  add("tags", sortedTags(alert).join(","));
  add("hostname", alert.hostname);
  for (const [name, value] of alert.fields) add(name, value);
  return found;
}

/** Absent for what is empty: that is no value there. */
function attributeOf(value: OutputValue): Attribute | undefined {
  const isNumber = typeof value === "bigint" ? isWithin(Number(value)) : isWithin(value);
  if (isNumber) return { type: "Number", value: outputValueJson(value) };
  if (value === null) return undefined;
  const text = xmlText(shortText(valueText(value), MOST.valueUnits));
  return text === "" ? undefined : { type: "String", value: text };
}

/** Numbers there are from -10^9 to 10^9. */
function isWithin(value: OutputValue): boolean {
  return typeof value === "number" && Math.abs(value) <= 1e9;
}

/** `proc.aname[2]` is proc.aname.2, as falcosidekick has it; dots stand alone and within. */
function attributeName(field: string): string {
  return field.replaceAll("]", "").replaceAll("[", ".").replace(/[^\w.-]/g, "_")
    .replace(/\.{2,}/g, ".").slice(0, MOST.nameLength).replace(/^\.+|\.+$/g, "")
    .replace(/^(?=(?:aws|amazon)\.)/i, "_");
}
