/** Expressions of outputs as functions that find their value. */
import type { Event } from "../event/mod.ts";
import { type BytesFormat, type FieldValue, isToldLater, keepValue, listOf } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import type { Expression, FieldExpression } from "./_grammar.ts";

export type Read = (event: Event, state: State) => FieldValue;

/** Anything absent within makes the result absent. */
export function reader(expression: Expression, bytes: BytesFormat): Read {
  return readerWith(expression, (field) => fieldReader(field, bytes));
}

/** Finds out everything now, and keeps it, but for what the container engine tells later. */
export function laterReader(
  expression: Expression,
  bytes: BytesFormat,
  { event, state }: { readonly event: Event; readonly state: State },
): Read {
  return readerWith(expression, (field) => {
    const read = fieldReader(field, bytes);
    if (isToldLater(field.definition)) return read;
    const value = keepValue(read(event, state));
    return () => value;
  });
}

/** Whether the container engine has a say in it. */
export function comesLater(expression: Expression): boolean {
  switch (expression.kind) {
    case "field":
      return isToldLater(expression.definition);
    case "literal":
      return false;
    case "list":
      return expression.items.some(comesLater);
    case "call":
      return expression.parameters.some(comesLater);
    default:
      return expression satisfies never;
  }
}

export function fieldReader({ definition, argument }: FieldExpression, bytes: BytesFormat): Read {
  const { extractBase64, only, show } = definition;
  if (only === "filter") return () => undefined;
  if (bytes === "base64" && extractBase64) {
    return (event, state) => extractBase64(event, state, argument);
  }
  return show
    ? (event, state) => show(event, state, argument)
    : (event, state) => definition.extract(event, state, argument);
}

function readerWith(expression: Expression, readField: (field: FieldExpression) => Read): Read {
  switch (expression.kind) {
    case "field":
      return readField(expression);
    case "literal":
      return () => expression.value;
    case "list": {
      const items = expression.items.map((item) => readerWith(item, readField));
      return (event, state) => {
        const values = allPresent(items, event, state);
        return values && listOf(...values);
      };
    }
    case "call": {
      const { apply } = expression;
      const parameters = expression.parameters.map((parameter) => readerWith(parameter, readField));
      return (event, state) => {
        const values = allPresent(parameters, event, state);
        return values && apply(...values);
      };
    }
    default:
      return expression satisfies never;
  }
}

function allPresent(
  readers: readonly Read[],
  event: Event,
  state: State,
): NonNullable<FieldValue>[] | undefined {
  const values: NonNullable<FieldValue>[] = [];
  for (const read of readers) {
    const value = read(event, state);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
