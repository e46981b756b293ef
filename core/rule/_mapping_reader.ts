/**
 * Reads the keys of one item and reports every one that is wrong.
 *
 * By hand rather than by a schema library: an item has a dozen keys, each mistake gets a message of
 * its own that points at the key or the value, and loading a schema library costs more than reading
 * upstream's rules.
 */
import { booleanOf, didYouMean, nearest, type Report, type Span, unsignedOf } from "../base/mod.ts";
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from "../base/yaml.ts";

/** Looked at for a slip of the pen. */
const MAX_KEYS = 100;

export class MappingReader {
  /** Something was wrong; the item is not to be used. */
  failed = false;
  /** By key: a hostile mapping has more entries than can be searched for each question. */
  readonly #entries: ReadonlyMap<string, YamlEntry>;
  /** By the key that was meant: one that is written wrongly, which has been told. */
  readonly #slips = new Map<string, YamlEntry>();

  constructor(
    readonly map: YamlMap,
    readonly report: Report,
    /** For messages: `rule "x"`. */
    readonly label: string,
    /** Where the item as such is pointed at. */
    readonly at: Span,
  ) {
    this.#entries = new Map(map.entries.map((entry) => [entry.key.value, entry]));
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Also what stands under a slip of the key, so that what is wrong there is told in the same run. */
  value(key: string): YamlNode | undefined {
    return this.#entry(key)?.value;
  }

  keySpan(key: string): Span {
    return this.#entry(key)?.key.span ?? this.at;
  }

  #entry(key: string): YamlEntry | undefined {
    return this.#entries.get(key) ?? this.#slips.get(key);
  }

  fail(code: string, title: string, at: Span, help?: string): undefined {
    this.failed = true;
    this.report.add({ code, title, at, help });
    return undefined;
  }

  /**
   * Reports the keys that have to be there and are not: each that is misspelt, and the rest together.
   * `instead` is what else may be meant where several are absent, or all.
   */
  requireAll(keys: readonly string[], instead?: string): void {
    const absent = keys.filter((key) => !this.has(key) && !this.#isMisspelt(key));
    if (absent.length === 0) return;
    const title = `${this.label} has no ${absent.map((key) => `"${key}"`).join(", ")}`;
    const swallowed = this.#swallowed(absent[0]!);
    if (!swallowed) {
      const lines = absent.map((key) => `"${key}: …"`).join(" and ");
      const isOther = absent.length > 1 || absent.length === keys.length;
      const other = instead !== undefined && isOther ? `; ${instead}` : "";
      return this.fail("R005", title, this.at, `add ${lines}${other}`);
    }
    this.failed = true;
    this.report.add({
      code: "R005",
      title,
      at: this.at,
      notes: [{ message: `this line is part of the text of "${swallowed.by}"`, at: swallowed.at }],
      help: `indent the line as "${swallowed.by}" is`,
    });
  }

  /** Whether something else stands there that looks like it, which is then reported. */
  #isMisspelt(key: string): boolean {
    const written = [...this.#entries.keys()].slice(0, MAX_KEYS);
    const slip = written.find((other) =>
      FOREIGN_KEYS.get(other) === key || nearest(other, [key]) === key
    );
    if (slip === undefined) return false;
    const entry = this.#entries.get(slip)!;
    this.#slips.set(key, entry);
    this.fail(
      "R005",
      `${this.label} has no "${key}"`,
      entry.key.span,
      `did you mean "${key}"?`,
    );
    return true;
  }

  /** A line that was meant to be a key, and is as deep as the text before it. */
  #swallowed(key: string): { readonly by: string; readonly at: Span } | undefined {
    for (const { key: { value: by }, value: { span } } of this.map.entries) {
      const text = span.source.text.slice(span.start, span.end);
      const found = new RegExp(`^[ \\t]+(${key}:(?: .*)?)$`, "m").exec(text);
      if (!found) continue;
      const start = span.start + found.index + found[0].length - found[1]!.length;
      return { by, at: span.source.span(start, start + found[1]!.length) };
    }
    return undefined;
  }

  /** Absent, or a scalar that holds something. */
  optional(key: string): YamlScalar | undefined {
    const value = this.value(key);
    if (!value) return undefined;
    if (value.kind === "null" || (value.kind === "scalar" && value.value === "")) {
      const title = `"${key}" of ${this.label} is empty`;
      return this.fail("R006", title, this.keySpan(key), "give it a value or remove the line");
    }
    if (value.kind === "scalar") return value;
    const title = `"${key}" of ${this.label} has to be a single value, not ${shape(value)}`;
    return this.fail("R007", title, this.keySpan(key), `write ${key}: and the value behind it`);
  }

  boolean(key: string): boolean | undefined {
    const scalar = this.optional(key);
    if (!scalar) return undefined;
    const value = booleanOf(scalar);
    if (value !== undefined) return value;
    const title = `"${key}" has to be true or false, not "${scalar.value}"`;
    return this.fail("R008", title, scalar.span, `write ${key}: true, or ${key}: false`);
  }

  unsigned(key: string): number | undefined {
    const scalar = this.optional(key);
    if (!scalar) return undefined;
    const value = unsignedOf(scalar);
    if (value !== undefined) return value;
    const title = `"${key}" has to be a whole number, not "${scalar.value}"`;
    return this.fail("R008", title, scalar.span, `write ${key}: 1000`);
  }

  /** The items of a sequence, if the key is there; what is no sequence is reported. */
  sequence(key: string): readonly YamlNode[] | undefined {
    const value = this.value(key);
    if (!value) return undefined;
    if (value.kind === "seq") return value.items;
    const title = `"${key}" of ${this.label} has to be a list, not ${shape(value)}`;
    return this.fail("R007", title, this.keySpan(key), `write ${key}: [a, b, c]`);
  }

  /** A sequence of single values. */
  scalars(key: string): readonly YamlScalar[] | undefined {
    const nodes = this.sequence(key);
    if (!nodes) return undefined;
    const scalars: YamlScalar[] = [];
    for (const node of nodes) {
      if (node.kind === "scalar") scalars.push(node);
      else {
        const title = `"${key}" of ${this.label} holds ${
          shape(node)
        } where a single value is wanted`;
        const help = node.kind === "null"
          ? `a word is meant? put it in quotes: "null", "~"`
          : "lists in a list are not spliced in: name each value";
        this.fail("R007", title, node.span, help);
      }
    }
    return scalars;
  }

  /**
   * Warns of keys that mean nothing here, `R004` unless given. Those that `requireAll` has told of, which
   * is asked before, are no further mistakes.
   */
  unknownKeys(known: readonly string[], code: "R004" | "R025" = "R004"): void {
    const unused = known.filter((name) => !this.has(name));
    const other = code === "R004"
      ? NAMED.find((kind) => this.has(kind) && !known.includes(kind))
      : undefined;
    if (other !== undefined) return this.#twoInOne(other, known[0]!);
    const slips = new Set([...this.#slips.values()].map(({ key }) => key.value));
    for (const { key } of this.map.entries) {
      if (known.includes(key.value) || slips.has(key.value)) continue;
      this.report.add({
        code,
        severity: "warning",
        title: `${this.label} has an unknown key "${key.value}", which is ignored`,
        at: key.span,
        help: didYouMean(key.value, unused) ??
          `known keys are ${known.join(", ")}`,
      });
    }
  }

  /** Told once: each key of the item that is lost would be one that is not known. */
  #twoInOne(lost: string, read: string): void {
    const value = this.value(lost);
    const name = value?.kind === "scalar" ? ` "${value.value}"` : "";
    this.report.add({
      code: "R004",
      severity: "warning",
      title: `${lost}${name} is ignored: it stands in one item with "${read}"`,
      at: this.keySpan(lost),
      help: `begin each with a dash: "- ${lost}: …" and "- ${read}: …"`,
    });
  }
}

/** Items of which several can be in one by a dash that is forgotten, or a key in the wrong place. */
const NAMED = ["list", "macro", "rule"];

/** What keys are called elsewhere. */
const FOREIGN_KEYS: ReadonlyMap<string, string> = new Map([
  ["severity", "priority"],
  ["level", "priority"],
  ["description", "desc"],
  ["message", "output"],
  ["expression", "condition"],
  ["filter", "condition"],
  ["values", "items"],
]);

/** The shape of a node in words. */
export function shape(node: YamlNode): string {
  switch (node.kind) {
    case "map":
      return "a mapping";
    case "seq":
      return "a list";
    case "null":
      return "nothing";
    case "scalar":
      return `"${node.value.length > 40 ? `${node.value.slice(0, 40)}…` : node.value}"`;
    default:
      return node satisfies never;
  }
}
