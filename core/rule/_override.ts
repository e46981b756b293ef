/** How an item changes an earlier one of its name: `override`, or the deprecated `append: true`. */
import { didYouMean, type Span } from "../base/mod.ts";
import { type MappingReader, shape } from "./_mapping_reader.ts";

export interface Overridable {
  readonly append: readonly string[];
  readonly replace: readonly string[];
  /** With these, an item needs no earlier one. */
  readonly whole: readonly string[];
  /** Without any of those, an item with this key changes an earlier one by it. */
  readonly switch?: string;
}

export interface Override {
  /** Keys to append to, with the place of the key under `override`. */
  readonly append: ReadonlyMap<string, Span>;
  readonly replace: ReadonlyMap<string, Span>;
  readonly deprecatedAppend: Span | undefined;
}

/** Reads both spellings; nothing when one of them is wrong. */
export function readOverride(reader: MappingReader, allowed: Overridable): Override | undefined {
  const deprecated = readAppend(reader, allowed);
  const append = new Map<string, Span>();
  const replace = new Map<string, Span>();
  const override = { append, replace, deprecatedAppend: deprecated };
  const node = reader.value("override");
  if (!node || node.kind === "null") return override;
  if (node.kind !== "map") {
    const title = `"override" maps keys to "append" or "replace"; it cannot be ${shape(node)}`;
    const at = reader.keySpan("override");
    const key = isSwitch(reader, allowed) ? allowed.switch : undefined;
    const help = `write override: {${key ? `${key}: replace` : `${allowed.whole[0]}: append`}}`;
    // Falco looks for keys in it, finds none, and goes by what else the item has.
    const isPassedOver = node.kind === "scalar" && (key !== undefined || isWhole(reader, allowed));
    if (!isPassedOver) return reader.fail("R015", title, at, help);
    const effect = key ? `"${key}" holds` : "this replaces an earlier one of the same name";
    const ignored = `${title}, and is ignored: ${effect}`;
    reader.report.add({ code: "R015", severity: "warning", title: ignored, at, help });
    return override;
  }
  for (const { key, value } of node.entries) {
    const name = key.value;
    const operation = value.kind === "scalar" ? value.value : undefined;
    const operations = [
      ...(allowed.append.includes(name) ? ["append"] : []),
      ...(allowed.replace.includes(name) ? ["replace"] : []),
    ];
    if (operations.length === 0) {
      const help = turnedRound(name, operation, allowed) ??
        didYouMean(name, allowed.replace) ?? `keys are ${allowed.replace.join(", ")}`;
      reader.fail("R016", `"${name}" of ${reader.label} cannot be overridden`, key.span, help);
    } else if (operation === "append" || operation === "replace") {
      if (operations.includes(operation)) {
        (operation === "append" ? append : replace).set(name, key.span);
      } else reader.fail("R016", `"${name}" cannot be appended to`, value.span, "write replace");
    } else {
      const title = `"${name}" is overridden by "append" or "replace", not by ${shape(value)}`;
      reader.fail("R015", title, value.span, `allowed here: ${operations.join(", ")}`);
    }
    if (!reader.has(name) && operations.length > 0) {
      const title = `"override" names "${name}", but ${reader.label} has no such key`;
      reader.fail(
        "R017",
        title,
        key.span,
        `add "${name}: …" beside "override", or remove this line`,
      );
    }
  }
  if (deprecated && append.size + replace.size > 0) {
    const title = '"append: true" and "override" exclude each other';
    return reader.fail("R018", title, deprecated, 'keep "override" alone');
  }
  return override;
}

/** `append: true`, with a word for who means a key by it: `append: condition`. */
function readAppend(reader: MappingReader, allowed: Overridable): Span | undefined {
  const value = reader.value("append");
  const help = value?.kind === "scalar" ? turnedRound("append", value.value, allowed) : undefined;
  if (value && help) {
    return reader.fail(
      "R008",
      `"append" has to be true or false, not ${shape(value)}`,
      value.span,
      help,
    );
  }
  return reader.boolean("append") === true ? reader.keySpan("append") : undefined;
}

/** `append: condition` in place of `condition: append`. */
function turnedRound(
  operation: string,
  key: string | undefined,
  { append, replace }: Overridable,
): string | undefined {
  if (operation !== "append" && operation !== "replace" || key === undefined) return undefined;
  if (!replace.includes(key)) return undefined;
  const possible = operation === "append" && append.includes(key) ? "append" : "replace";
  return `write override: {${key}: ${possible}}`;
}

function isWhole(reader: MappingReader, { whole }: Overridable): boolean {
  return whole.every((key) => reader.has(key));
}

function isSwitch(reader: MappingReader, { whole, switch: key }: Overridable): boolean {
  return key !== undefined && reader.has(key) && !whole.some((other) => reader.has(other));
}
