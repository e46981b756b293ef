/**
 * Upstream's tests of what resolves macros and what lists a condition's parts. The cases hold what is
 * counted, not what it is counted on; the conditions are those that upstream's tests build by hand.
 */
import { Report, SourceText } from "../../core/base/mod.ts";
import {
  type Condition,
  expandCondition,
  type Operand,
  parseCondition,
  type Right,
} from "../../core/filter/mod.ts";
import { conformanceSuite } from "./corpus.ts";

interface CountCase {
  readonly name: string;
  readonly expr?: string;
  readonly value?: number | string;
}

interface Input {
  readonly condition: string;
  readonly macros?: Readonly<Record<string, string>>;
  readonly lists?: readonly string[];
}

const ONE = { test_macro: "test.field exists" };

/** By the name of the test; several where it runs the resolver on several conditions. */
const INPUTS: Readonly<Record<string, readonly Input[]>> = {
  "DetailsResolver.resolve_ast": [{
    condition:
      "(spawned_process or evt.type = open) and (proc.name icontains cat or proc.name in (known_procs, ps))",
    macros: { spawned_process: "evt.type = execve" },
    lists: ["known_procs"],
  }],
  "DetailsResolver.resolve_single_value_transformer": [
    { condition: "tolower(proc.name) = nginx" },
  ],
  "DetailsResolver.resolve_multi_value_transformer": [
    { condition: "concat(proc.name, proc.pname) = value" },
  ],
  "DetailsResolver.resolve_transformer_with_list": [
    { condition: `join(",", (proc.name, proc.pid)) = value` },
  ],
  "DetailsResolver.resolve_nested_transformers": [
    { condition: "toupper(tolower(proc.name)) = value" },
  ],
  "MacroResolver.should_resolve_macros_on_a_filter_AST": [
    { condition: "evt.name exists and not test_macro", macros: ONE },
  ],
  "MacroResolver.should_resolve_macros_on_a_filter_AST_single_node": [
    { condition: "test_macro", macros: ONE },
  ],
  "MacroResolver.should_resolve_macros_on_a_filter_AST_nested_macros": [
    {
      condition: "test_macro_1",
      macros: {
        test_macro_1: "one.field exists and test_macro_2",
        test_macro_2: "another.field exists",
      },
    },
  ],
  "MacroResolver.should_resolve_macros_on_a_filter_AST_multiple_macros": [
    {
      condition: "test_macro_1 or test_macro_2",
      macros: { test_macro_1: "one.field exists", test_macro_2: "another.field exists" },
    },
  ],
  "MacroResolver.should_find_unknown_nested_macros": [
    { condition: "test_macro_1", macros: { test_macro_1: "one.field exists and test_macro_2" } },
  ],
  "MacroResolver.should_undefine_macro": [
    { condition: "test_macro", macros: ONE },
    { condition: "test_macro" },
  ],
  "MacroResolver.should_find_unknown_macros": [{ condition: "evt.name exists and not test_macro" }],
  "MacroResolver.should_clone_macro_AST": [{ condition: "test_macro", macros: ONE }],
  "MacroResolver.should_not_resolve_macro_inside_field_transformer": [
    { condition: "tolower(some.field) = value and test_macro", macros: ONE },
  ],
};

conformanceSuite<CountCase>({
  file: "falco-ut-other.jsonl",
  behaviour: "conditions have the parts and macros that upstream's resolvers count in them",
  name: ({ name, expr }) => `${name}: ${expr}`,
  judge,
  // The others are about upstream's threads, sources and readers; or nobody can tell what was counted.
  concerns: ({ name }) => Object.hasOwn(INPUTS, name),
});

function judge({ name, expr = "", value }: CountCase): string | undefined {
  const seen = INPUTS[name]!.map((input) => measure(expr, partsOf(input), value));
  return seen.includes(value) ? undefined : `${seen}, Falco has ${value}`;
}

/** `details.fields.size()`, `resolver.get_unknown_macros().begin()->first`, `a_itr->first`. */
function measure(
  expr: string,
  parts: Parts,
  value: number | string | undefined,
): number | string | undefined {
  const [, kind] =
    /(fields|operators|transformers|lists|resolved_macros|unknown_macros|macros)\(?\)?\./
      .exec(expr) ?? [];
  const group = kind === undefined ? parts.resolved_macros : parts[kind as keyof Parts];
  if (expr.endsWith(".size()")) return group.size;
  return [...group].find((name) => name === value) ?? [...group][0];
}

interface Parts {
  readonly fields: Set<string>;
  readonly operators: Set<string>;
  readonly transformers: Set<string>;
  readonly lists: Set<string>;
  readonly macros: Set<string>;
  readonly resolved_macros: Set<string>;
  readonly unknown_macros: Set<string>;
}

function partsOf({ condition, macros = {}, lists = [] }: Input): Parts {
  const parts: Parts = {
    fields: new Set(),
    operators: new Set(),
    transformers: new Set(),
    lists: new Set(),
    macros: new Set(),
    resolved_macros: new Set(),
    unknown_macros: new Set(),
  };
  const report = new Report();
  const parsed = parseCondition(new SourceText("<case>", condition), report);
  if (!parsed) return parts;
  collect(parsed, parts);
  expandCondition(parsed, {
    macro: (name) => {
      const text = macros[name];
      (text === undefined ? parts.unknown_macros : parts.resolved_macros).add(name);
      if (text === undefined) return undefined;
      return { name, condition: parseCondition(new SourceText(name, text), report) };
    },
    list: (name) => {
      if (!lists.includes(name)) return undefined;
      parts.lists.add(name);
      return { name, items: [] };
    },
  }, report);
  return parts;
}

function collect(node: Condition | Operand | Right, parts: Parts): void {
  switch (node.kind) {
    case "and":
    case "or":
      return node.children.forEach((child) => collect(child, parts));
    case "not":
      return collect(node.child, parts);
    case "macro":
      parts.macros.add(node.name);
      return;
    case "exists":
      parts.operators.add("exists");
      return collect(node.left, parts);
    case "comparison":
      parts.operators.add(node.operator);
      collect(node.left, parts);
      return collect(node.right, parts);
    case "field":
      parts.fields.add(node.name);
      return;
    case "transformer":
      parts.transformers.add(node.name);
      return node.operands.forEach((operand) => collect(operand, parts));
    case "list":
      return node.elements.forEach((element) => collect(element, parts));
    case "literal":
    case "values":
      return;
    default:
      node satisfies never;
  }
}
