/** The parts of a comparison: fields with their arguments, transformers with their operands. */
import { didYouMean, type Finding } from "../base/mod.ts";
import {
  type Apply,
  fieldElsewhere,
  fieldNames,
  type FieldScalar,
  type FieldTable,
  findField,
  groupOfElsewhere,
  listElementProblem,
  listOf,
  readArgument,
  TRANSFORMERS,
} from "../field/mod.ts";
import type { CheckedField, CheckedOperand } from "./checked.ts";
import type { FieldUse, Operand, TransformerUse } from "./condition.ts";
import { helpForForeignField } from "./foreign_fields.ts";
import { printOperand } from "./print.ts";

export class OperandChecker {
  readonly #fields: FieldTable;
  readonly #add: (problem: Finding) => void;

  constructor(fields: FieldTable, add: (problem: Finding) => void) {
    this.#fields = fields;
    this.#add = add;
  }

  /** The operand with its type, or `undefined` after reporting. */
  check(operand: Operand): CheckedOperand | undefined {
    switch (operand.kind) {
      case "field":
        return this.#field(operand);
      case "transformer":
        return this.#transformer(operand);
      case "literal":
        return { kind: "constant", value: operand.text, type: "CHARBUF", list: false };
      case "list":
        return this.#list(operand.elements);
      default:
        return operand satisfies never;
    }
  }

  /** Fields that stand for several candidates, or whose type is known per event only. */
  constantsOnly(operand: CheckedOperand): boolean {
    if (operand.kind !== "field") return false;
    const { definition } = operand;
    return definition.candidates !== undefined || definition.only === "filter" ||
      this.#fields.get(definition.name)?.specialize !== undefined;
  }

  /** The same, or a field that Falco takes for no other side, whatever is done to it first. */
  refusesFields(operand: CheckedOperand): boolean {
    switch (operand.kind) {
      case "field":
        return operand.definition.constantsOnly === true || this.constantsOnly(operand);
      case "call":
        return operand.operands.length === 1 && this.refusesFields(operand.operands[0]!);
      case "constant":
        return false;
    }
  }

  #field(use: FieldUse): CheckedField | undefined {
    const found = findField(this.#fields, use.name, use.argument?.text);
    if (!found) {
      const help = () =>
        fieldElsewhere(use.name, use.argument?.text, this.#fields) ??
          helpForForeignField(use.name, this.#fields) ??
          didYouMean(use.name, fieldNames(this.#fields)) ??
          "falcod list fields shows all that exist";
      const group = groupOfElsewhere(use.name, use.span, this.#fields);
      this.#add({ code: "F012", title: `unknown field "${use.name}"`, at: use.span, help, group });
      return undefined;
    }
    const { definition } = found;
    if (definition.only === "output") {
      const title = `field "${use.name}" is for outputs, not for conditions`;
      return this.#fail("F026", title, use, `it can stand in "output", as %${use.name}`);
    }
    const argument = readArgument(definition, found.argument);
    if (argument.kind === "problem") {
      const { title, help } = argument;
      this.#add({ code: "F015", title, at: use.argument?.span ?? use.span, help });
      return undefined;
    }
    if (definition.deprecated !== undefined) {
      const title = `field "${use.name}" is deprecated`;
      const help = definition.deprecated;
      const group = {
        key: `F034 ${use.name}`,
        title: (count: number) => `field "${use.name}" is deprecated, in ${count} places`,
      };
      this.#add({ code: "F034", severity: "warning", title, at: use.span, help, group });
    }
    const { type, list = false } = definition;
    return { kind: "field", definition, argument: argument.value, type, list };
  }

  #transformer(use: TransformerUse): CheckedOperand | undefined {
    const transformer = TRANSFORMERS[use.name];
    const checked = use.operands.map((operand) => this.check(operand));
    if (!checked.every((operand) => operand !== undefined)) return undefined;
    const operands = transformer.combines ? checked.map(inOne) : checked;
    const argument = use.argument?.text;
    if (argument !== undefined) {
      const problem = transformer.argumentProblem
        ? transformer.argumentProblem(argument)
        : `${use.name}() takes no argument in brackets`;
      if (problem !== undefined) return this.#fail("F015", problem, use);
    }
    if (use.name === "val") return operands[0];
    const fixed = operands.findIndex((operand) =>
      this.constantsOnly(operand) && !(transformer.combines && isOneCandidate(operand))
    );
    if (fixed >= 0) {
      const name = printOperand(use.operands[fixed]!);
      return this.#fail("F019", `${name} cannot be given to a transformer`, use.operands[fixed]!);
    }
    const result = transformer.typeOf(operands, argument);
    if (typeof result === "string") return this.#fail("F019", result, use);
    const label = `${use.name}[${argument ?? ""}]`;
    return { kind: "call", label, apply: transformer.apply(argument), operands, ...result };
  }

  #list(elements: readonly Operand[]): CheckedOperand | undefined {
    const checked = elements.map((element) => this.check(element));
    if (!checked.every((operand) => operand !== undefined)) return undefined;
    const operands = checked.map(inOne);
    for (const [index, operand] of operands.entries()) {
      const problem = listElementProblem(operand);
      if (problem !== undefined) return this.#fail("F019", problem, elements[index]!);
    }
    return { kind: "call", label: "()", apply: listOf, operands, type: "CHARBUF", list: true };
  }

  #fail(code: string, title: string, { span }: Operand, help?: Finding["help"]): undefined {
    this.#add({ code, title, at: span, help });
    return undefined;
  }
}

/** What stands for several ancestors is put together as outputs show it, before it is put into more. */
function inOne(operand: CheckedOperand): CheckedOperand {
  if (operand.kind !== "field" || operand.argument !== undefined) return operand;
  const { definition } = operand;
  if (definition.candidates !== "any") return operand;
  if (definition.show) {
    const { show: extract, candidates: _, ...rest } = definition;
    return { ...operand, definition: { ...rest, extract } };
  }
  return {
    kind: "call",
    label: "all",
    apply: oneText,
    operands: [operand],
    type: "CHARBUF",
    list: false,
  };
}

const oneText: Apply = (value) =>
  Array.isArray(value) ? (value as readonly FieldScalar[]).join(" ") : value;

/** `proc.aname[2]`: of all that the field stands for, the argument takes one. */
function isOneCandidate(operand: CheckedOperand): boolean {
  return operand.kind === "field" && operand.definition.candidates === "any" &&
    operand.argument !== undefined;
}
