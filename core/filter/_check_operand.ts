/** The parts of a comparison: fields with their arguments, transformers with their operands. */
import { didYouMean, type Report } from "../base/mod.ts";
import {
  type FieldArgument,
  type FieldDefinition,
  fieldNames,
  type FieldTable,
  findField,
} from "../field/mod.ts";
import type { CheckedField, CheckedOperand } from "./checked.ts";
import type { FieldUse, Operand, TransformerUse } from "./condition.ts";
import { familyOf } from "./family.ts";
import { printOperand } from "./print.ts";
import { listOf, TRANSFORMER_TABLE } from "./transformers.ts";

export type Problem = Parameters<Report["add"]>[0];

export class OperandChecker {
  readonly #fields: FieldTable;
  readonly #add: (problem: Problem) => void;

  constructor(fields: FieldTable, add: (problem: Problem) => void) {
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

  #field(use: FieldUse): CheckedField | undefined {
    const found = findField(this.#fields, use.name, use.argument?.text);
    if (!found) {
      const help = didYouMean(use.name, fieldNames(this.#fields)) ??
        "falcod list fields shows all that exist";
      return this.#fail("F012", `unknown field "${use.name}"`, use, help);
    }
    const { definition } = found;
    if (definition.only === "output") {
      const title = `field "${use.name}" is for outputs, not for conditions`;
      return this.#fail("F026", title, use, `it can stand in "output", as %${use.name}`);
    }
    const problem = argumentProblem(definition, found.argument);
    if (problem) {
      const { message, help } = problem;
      const at = use.argument?.span ?? use.span;
      this.#add({ code: "F015", title: `${definition.name} ${message}`, at, help });
      return undefined;
    }
    if (definition.deprecated !== undefined) {
      const title = `field "${use.name}" is deprecated`;
      const help = definition.deprecated;
      this.#add({ code: "F034", severity: "warning", title, at: use.span, help });
    }
    const argument = argumentOf(definition, found.argument);
    const { type, list = false } = definition;
    return { kind: "field", definition, argument, type, list };
  }

  #transformer(use: TransformerUse): CheckedOperand | undefined {
    const transformer = TRANSFORMER_TABLE[use.name];
    const operands = use.operands.map((operand) => this.check(operand));
    if (!operands.every((operand) => operand !== undefined)) return undefined;
    const argument = use.argument?.text;
    if (argument !== undefined) {
      const problem = transformer.argumentProblem
        ? transformer.argumentProblem(argument)
        : `${use.name}() takes no argument in brackets`;
      if (problem !== undefined) return this.#fail("F015", problem, use);
    }
    if (use.name === "val") return operands[0];
    const fixed = operands.findIndex((operand) => this.constantsOnly(operand));
    if (fixed >= 0) {
      const name = printOperand(use.operands[fixed]!);
      return this.#fail("F019", `${name} cannot be given to a transformer`, use.operands[fixed]!);
    }
    const result = transformer.typeOf(operands, argument);
    if (typeof result === "string") return this.#fail("F019", result, use);
    return { kind: "call", apply: transformer.apply(argument), operands, ...result };
  }

  #list(elements: readonly Operand[]): CheckedOperand | undefined {
    const operands = elements.map((element) => this.check(element));
    if (!operands.every((operand) => operand !== undefined)) return undefined;
    const odd = operands.findIndex(({ type }) => !["text", "number"].includes(familyOf(type)));
    if (odd >= 0) {
      const title = `a list holds strings and numbers, not ${operands[odd]!.type}`;
      return this.#fail("F019", title, elements[odd]!);
    }
    return { kind: "call", apply: listOf, operands, type: "CHARBUF", list: true };
  }

  #fail(code: string, title: string, { span }: Operand, help?: string): undefined {
    this.#add({ code, title, at: span, help });
    return undefined;
  }
}

function argumentProblem(
  { argument: rule, name }: FieldDefinition,
  argument: string | undefined,
): { readonly message: string; readonly help?: string } | undefined {
  if (argument === undefined) {
    if (!rule?.required) return undefined;
    const example = rule.kind === "index" ? `${name}[0]` : `${name}[key]`;
    return { message: "needs an argument", help: `write ${example}` };
  }
  if (!rule) return { message: "takes no argument", help: `write ${name}` };
  if (rule.kind === "index" && !INDEX.test(argument)) {
    return { message: `takes a number, not "${argument}"`, help: `write ${name}[0]` };
  }
  const message = rule.check?.(argument);
  return message === undefined ? undefined : { message };
}

const INDEX = /^\d{1,9}$/;

function argumentOf({ argument: rule }: FieldDefinition, text: string | undefined): FieldArgument {
  if (text === undefined || rule?.kind === "key" || !INDEX.test(text)) return text;
  return Number(text);
}
