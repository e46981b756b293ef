import { Buffer } from "node:buffer";
import { decodeUtf8, Report, SourceText } from "../../core/base/mod.ts";
import {
  type Condition,
  type Operand,
  parseCondition,
  printCondition,
  type Right,
} from "../../core/filter/mod.ts";
import { conformanceSuite } from "./corpus.ts";

/** Text, or its bytes where JSON cannot hold them. */
type CaseText = string | { readonly hex: string };

interface ParserCase {
  readonly input?: string;
  readonly input_repeat?: { readonly char: string; readonly count: number };
  readonly expect: "accept" | "reject";
  readonly normalized?: CaseText;
  readonly ast?: unknown;
}

conformanceSuite<ParserCase>({
  file: "filter-parser.jsonl",
  behaviour: "parseCondition() accepts, rejects and understands conditions as Falco does",
  name: (item) => item.input ?? JSON.stringify(item.input_repeat),
  judge,
});

function judge(item: ParserCase): string | undefined {
  const repeat = item.input_repeat;
  const text = item.input ?? repeat!.char.repeat(repeat!.count);
  const report = new Report();
  const condition = parseCondition(new SourceText("<case>", text), report);
  if (item.expect === "reject") {
    return condition || !report.hasErrors ? "accepted, Falco rejects it" : undefined;
  }
  if (!condition) return `rejected: ${report.diagnostics[0]?.title}`;
  const printed = printCondition(condition);
  const normalized = textOf(item.normalized!);
  if (printed !== normalized) return `prints ${printed}, Falco ${normalized}`;
  const own = JSON.stringify(tree(condition));
  const upstream = JSON.stringify(withoutPlaces(item.ast));
  return own === upstream ? undefined : `is ${own}, Falco ${upstream}`;
}

function textOf(text: CaseText): string {
  return typeof text === "string" ? text : decodeUtf8(Buffer.from(text.hex, "hex"));
}

/** Our tree in the words of the corpus. */
function tree(node: Condition | Operand | Right): unknown {
  switch (node.kind) {
    case "and":
    case "or":
      return { children: node.children.map(tree), type: node.kind };
    case "not":
      return { child: tree(node.child), type: "not" };
    case "macro":
      return { identifier: node.name, type: "identifier" };
    case "exists":
      return { left: tree(node.left), op: "exists", type: "unary_check" };
    case "comparison": {
      const op = node.quantifier ? `${node.operator} ${node.quantifier}` : node.operator;
      return { left: tree(node.left), op, right: tree(node.right), type: "binary_check" };
    }
    case "field":
      return { arg: node.argument?.text ?? null, field: node.name, type: "field" };
    case "transformer":
      return {
        arg: node.argument?.text ?? null,
        transformer: node.name,
        type: "field_transformer",
        values: node.operands.map(tree),
      };
    case "literal":
      return { type: "value", value: node.text };
    case "values":
      return { type: "list", values: node.values.map((value) => value.text) };
    case "list":
      return { children: node.elements.map(tree), type: "transformer_list" };
    default:
      return node satisfies never;
  }
}

function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces);
  if (typeof node !== "object" || node === null) return node;
  if ("hex" in node) return textOf(node as CaseText);
  return Object.fromEntries(
    Object.entries(node).filter(([key]) => key !== "pos").map((
      [key, value],
    ) => [key, withoutPlaces(value)]),
  );
}
