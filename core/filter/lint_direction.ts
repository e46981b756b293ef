/** `evt.dir = >` where no event is named: since Falco 0.42 no system call has it. */
import type { Report, Span } from "../base/mod.ts";
import { type EventClass, eventNamesOf, eventType } from "../event/mod.ts";
import { type CheckedCondition, fieldsOf } from "./checked.ts";
import { eventTypesOf } from "./event_types.ts";

/** `F042` for conditions of the syscall source; where events are named, the reasoner knows more. */
export function lintDirection(checked: CheckedCondition, report: Report): void {
  const at = placeOf("evt.dir", checked);
  if (!at || fieldsOf(checked).some(({ definition: { name } }) => NAMING.has(name))) return;
  const types = [...eventTypesOf(checked)];
  const classed = (kind: EventClass) => types.filter((code) => eventType(code)?.class === kind);
  if (types.length === 0 || classed("syscall").length > 0) return;
  const names = eventNamesOf(classed("tracepoint"));
  report.add({
    code: "F042",
    severity: "warning",
    title: `no system call has this direction, only ${names.join(", ")} and the like`,
    at,
    help: 'remove it: events are the exits of system calls, "<"',
  });
}

const NAMING: ReadonlySet<string> = new Set(["evt.type", "syscall.type"]);

/** Of the first check of the field. */
function placeOf(field: string, condition: CheckedCondition): Span | undefined {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const child of condition.children) {
        const found = placeOf(field, child);
        if (found) return found;
      }
      return undefined;
    case "not":
      return placeOf(field, condition.child);
    case "exists":
    case "comparison": {
      const { left, span } = condition;
      return left.kind === "field" && left.definition.name === field ? span : undefined;
    }
    default:
      return condition satisfies never;
  }
}
