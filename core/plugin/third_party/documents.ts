/** Events of a plugin as people hand them around: JSON, one after the other or in a list. */
import type { DocumentValue, EventDocuments } from "../event_documents.ts";
import type { PluginManifest } from "../manifest.ts";
import { DocumentEvent } from "./event.ts";
import { stepsOf } from "./fields.ts";

export function documentsOf(manifest: PluginManifest): EventDocuments {
  const source = manifest.source!;
  const keys = source.fields.map(({ name, from }) =>
    from === undefined ? name : stepsOf(from)[0] ?? name
  );
  return {
    keys: [...new Set(keys)],
    read: (text) => {
      const problems: string[] = [];
      const timeNs = BigInt(Date.now()) * 1_000_000n;
      const origin = { source: source.name, pluginName: manifest.name, firstTimeNs: timeNs };
      const events = documentsIn(text, problems).map((value, index) => ({
        event: new DocumentEvent(value, timeNs, index + 1, origin),
        value,
      }));
      return { events, problems };
    },
    complete: (part) => part,
  };
}

/** One value, a list of some, or one on each line. */
function documentsIn(text: string, problems: string[]): readonly DocumentValue[] {
  const whole = parsed(text);
  if (whole !== undefined) return objectsIn(Array.isArray(whole) ? whole : [whole], problems);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const values = lines.flatMap((line, index) => {
    const value = parsed(line);
    if (value === undefined) problems.push(`line ${index + 1} is no JSON`);
    return value === undefined ? [] : [value];
  });
  return objectsIn(values, problems);
}

function objectsIn(values: readonly unknown[], problems: string[]): readonly DocumentValue[] {
  return values.filter((value): value is DocumentValue => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject) problems.push("an event is a JSON object, and this is none");
    return isObject;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
