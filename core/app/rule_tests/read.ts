/** Reads files of rule tests; every mistake is reported with its place. */
import {
  type Diagnostic,
  didYouMean,
  entryOf,
  nodeAt,
  type Report,
  type SourceText,
  type Span,
} from "../../base/mod.ts";
import { readStrictYaml, type YamlNode } from "../../base/yaml.ts";
import type { RuleMatching } from "../../engine/mod.ts";
import { checkKeys, type KeyIssue, type TestFileKeys } from "./schema.ts";

/** A file whose keys are right; names of rules and fields have not been looked at. */
export interface TestFile {
  readonly source: SourceText;
  /** Paths as written, each with its place; absent: the rules of the configuration. */
  readonly rules: readonly WrittenPath[] | undefined;
  readonly config: WrittenPath | undefined;
  readonly ruleMatching: RuleMatching;
  readonly tests: readonly WrittenTest[];
}

export interface WrittenPath {
  readonly path: string;
  readonly at: Span;
}

export interface WrittenTest {
  readonly name: string;
  /** Where the name stands. */
  readonly at: Span;
  readonly source: string;
  readonly sourceAt: Span;
  /** What makes up each event: what all have in common comes first. */
  readonly events: readonly WrittenEvent[];
  /** What the only one of `events` says is different in this one, or in each of the file. */
  readonly eventFile: WrittenEventFile | undefined;
  /** All rules that alert; absent: only those of `expectNot` are looked at. */
  readonly expect: readonly Expectation[] | undefined;
  readonly expectNot: readonly NamedRule[];
}

export interface WrittenEventFile extends WrittenPath {
  /** From 1; absent: all. */
  readonly number: number | undefined;
}

export interface WrittenEvent {
  readonly at: Span;
  readonly nodes: readonly YamlNode[];
}

export interface NamedRule {
  readonly rule: string;
  readonly at: Span;
}

export interface Expectation extends NamedRule {
  readonly output: string | undefined;
  readonly priority: { readonly text: string; readonly at: Span } | undefined;
  /** Values as text; null: absent. */
  readonly fields: ReadonlyMap<string, FieldExpectation>;
}

export type FieldExpectation = string | null | readonly FieldExpectation[];

/** `undefined` after reporting what is wrong (`T001` to `T003`). */
export function readTestFile(source: SourceText, report: Report): TestFile | undefined {
  const documents = readStrictYaml(source, report);
  const second = documents[1];
  if (second) {
    report.add({
      code: "T003",
      title: "a file of tests is one YAML document, and here begins a second",
      at: second.root.span,
      help: "move it into a file of its own",
    });
  }
  const root = documents[0]?.root;
  const result = checkKeys(root ? texts(root) : undefined);
  if ("issues" in result) {
    const findings = result.issues.flatMap((issue) => findingsOf(issue, root, source));
    for (const finding of findings.sort((a, b) => a.at.start - b.at.start)) report.add(finding);
    return undefined;
  }
  return report.hasErrors ? undefined : new Shaper(root!).file(result.keys, source);
}

type Finding = Omit<Diagnostic, "severity"> & { readonly at: Span };

function findingsOf(
  { path, wanted, incomplete, unknownKeys, known = [] }: KeyIssue,
  root: YamlNode | undefined,
  source: SourceText,
): readonly Finding[] {
  const node = root && nodeAt(root, path);
  const at = node?.span ?? source.all;
  const where = path.length === 0 ? "the file" : `"${spell(path)}"`;
  if (unknownKeys) {
    return unknownKeys.map((key) => ({
      code: "T002",
      title: `unknown key "${key}" in ${where}`,
      at: (node?.kind === "map" ? entryOf(node, key)?.key.span : undefined) ?? at,
      help: didYouMean(key, known) ?? `known keys are ${known.join(", ")}`,
    }));
  }
  const found = node && isAt(root, path) ? describe(node) : "nothing";
  const title = incomplete
    ? `${where} needs ${wanted}`
    : `${where} wants ${wanted}, found ${found}`;
  const help = path.length === 0 && !incomplete ? shapeOfFile(node) : undefined;
  return [{ code: "T001", title, at, help }];
}

/** For whoever has another idea of what such a file is. */
function shapeOfFile(root: YamlNode | undefined): string {
  const items = root?.kind === "seq" ? root.items : [];
  const areRules = items.some((item) =>
    item.kind === "map" && ["rule", "macro", "list"].some((key) => entryOf(item, key))
  );
  return `${areRules ? "this is a rules file; " : ""}a file of tests names rules and says what ` +
    'they make of events: "rules: my_rules.yaml", "tests: [{name: …, event: {…}, expect: [a rule]}]"';
}

/** `tests[2].expect` */
function spell(path: readonly (string | number)[]): string {
  return path.map((step) => typeof step === "number" ? `[${step}]` : `.${step}`).join("").slice(1);
}

/** Whether there is a node at the very end of the path. */
function isAt(root: YamlNode | undefined, path: readonly (string | number)[]): boolean {
  const last = path.at(-1);
  if (last === undefined || typeof last === "number") return true;
  const parent = root && nodeAt(root, path.slice(0, -1));
  return parent?.kind === "map" && entryOf(parent, last) !== undefined;
}

function describe(node: YamlNode): string {
  switch (node.kind) {
    case "map":
      return "a mapping";
    case "seq":
      return "a list";
    case "null":
      return "nothing";
    case "scalar":
      return `"${node.value}"`;
    default:
      return node satisfies never;
  }
}

/** Scalars as they are written: a name may look like a number. */
function texts(node: YamlNode): unknown {
  switch (node.kind) {
    case "null":
      return undefined;
    case "scalar":
      return node.value;
    case "seq":
      return node.items.map(texts);
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, texts(value)]));
    default:
      return node satisfies never;
  }
}

type Path = readonly (string | number)[];

/** Puts values and their places together. */
class Shaper {
  constructor(readonly root: YamlNode) {}

  file(keys: TestFileKeys, source: SourceText): TestFile {
    const { rules, config, rule_matching, tests } = keys;
    const common = this.#node(["event"]);
    return {
      source,
      rules: rules?.map((path, index) => ({ path, at: this.#item(["rules"], index) })),
      config: config === undefined ? undefined : { path: config, at: this.#at(["config"]) },
      ruleMatching: rule_matching,
      tests: tests.map((test, index) =>
        this.#test(test, ["tests", index], { source: keys.source, event: common })
      ),
    };
  }

  #test(
    test: TestFileKeys["tests"][number],
    path: Path,
    common: { readonly source: string; readonly event: YamlNode | undefined },
  ): WrittenTest {
    const { name, source = common.source, events, expect, expect_not: expectNot } = test;
    const own = this.#node([...path, "event"]);
    const shared = [common.event, own].filter((node) => node !== undefined);
    const at = this.#at([...path, "name"]);
    return {
      name,
      at,
      source,
      sourceAt: this.#node([...path, "source"])?.span ?? this.#node(["source"])?.span ?? at,
      events: events?.map((_, index) => {
        const node = nodeAt(this.root, [...path, "events", index]);
        return { at: node.span, nodes: [...shared, node] };
      }) ?? [{ at: own?.span ?? at, nodes: shared }],
      eventFile: test.event_file === undefined
        ? undefined
        : { ...numbered(test.event_file), at: this.#at([...path, "event_file"]) },
      expect: expect?.map((expectation, index) => {
        const place = [...path, "expect"];
        return this.#expectation(expectation, [...place, index], this.#item(place, index));
      }),
      expectNot: (expectNot ?? []).map((rule, index) => {
        return { rule, at: this.#item([...path, "expect_not"], index) };
      }),
    };
  }

  #expectation(
    { rule, output, priority }: NonNullable<TestFileKeys["tests"][number]["expect"]>[number],
    path: Path,
    at: Span,
  ): Expectation {
    const fields = this.#node([...path, "output_fields"]);
    const entries = fields?.kind === "map" ? fields.entries : [];
    return {
      rule,
      at: this.#node([...path, "rule"])?.span ?? at,
      // A block of YAML ends in a line break that no output has.
      output: output?.trimEnd(),
      priority: priority === undefined
        ? undefined
        : { text: priority, at: this.#at([...path, "priority"]) },
      fields: new Map(entries.map(({ key, value }) => [key.value, expected(value)])),
    };
  }

  /** The node at the very end of a path. */
  #node(path: Path): YamlNode | undefined {
    return isAt(this.root, path) ? nodeAt(this.root, path) : undefined;
  }

  /** The place of a node, or of what it is missing in. */
  #at(path: Path): Span {
    return nodeAt(this.root, path).span;
  }

  /** An item of a list, or the value that stands for a list of one. */
  #item(path: Path, index: number): Span {
    return nodeAt(this.root, [...path, index]).span;
  }
}

/** `audit.log#12` */
function numbered(text: string): Pick<WrittenEventFile, "path" | "number"> {
  const [, path, number] = /^(.+)#(\d{1,9})$/s.exec(text) ?? [];
  return path === undefined ? { path: text, number: undefined } : { path, number: Number(number) };
}

function expected(node: YamlNode): FieldExpectation {
  switch (node.kind) {
    case "null":
      return null;
    case "scalar":
      return node.value;
    case "seq":
      return node.items.map(expected);
    case "map":
      return "";
    default:
      return node satisfies never;
  }
}
