/** Conditions as text: one line, brackets wherever precedence could be doubted. */
import type { Argument, Condition, Operand, Right } from "./condition.ts";
import { escape } from "./literal.ts";

/** The normalized text Falco shows in descriptions; an expanded macro prints as its condition. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "and":
    case "or":
      return `(${condition.children.map(printCondition).join(` ${condition.kind} `)})`;
    case "not":
      return `not ${printCondition(condition.child)}`;
    case "macro":
      return condition.expansion ? printCondition(condition.expansion) : condition.name;
    case "exists":
      return `${printOperand(condition.left)} exists`;
    case "comparison": {
      const { left, operator, quantifier, right } = condition;
      const words = quantifier ? `${operator} ${quantifier}` : operator;
      return `${printOperand(left)} ${words} ${printRight(right)}`;
    }
    default:
      return condition satisfies never;
  }
}

export function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case "field":
      return operand.name + printArgument(operand.argument);
    case "transformer": {
      const operands = operand.operands.map(printOperand).join(",");
      return `${operand.name}(${operands})${printArgument(operand.argument)}`;
    }
    case "literal":
      return escape(operand.text);
    case "list":
      return `(${operand.elements.map(printOperand).join(",")})`;
    default:
      return operand satisfies never;
  }
}

function printRight(right: Right): string {
  if (right.kind !== "values") return printOperand(right);
  return `(${right.values.map((value) => escape(value.text)).join(", ")})`;
}

function printArgument(argument: Argument | undefined): string {
  if (!argument) return "";
  return `[${argument.text === "" ? '""' : escape(argument.text)}]`;
}
