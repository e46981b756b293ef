/** Rules that slow every event down. */
import type { Report } from "../base/mod.ts";
import { eventNamesOf } from "../event/mod.ts";
import { type CheckedCondition, type Condition, wideAlternative } from "../filter/mod.ts";
import type { RuleDraft } from "./merge.ts";

/** A rule that more event types than this can match is asked about nearly all events. */
const MANY_EVENT_TYPES = 100;

/** `R046`, for rules of the syscall source that do not say that they mean it. */
export function lintEventTypes(
  draft: RuleDraft,
  { written, checked, eventTypes }: {
    readonly written: Condition;
    readonly checked: CheckedCondition;
    readonly eventTypes: ReadonlySet<number>;
  },
  report: Report,
): void {
  const many = draft.source === "syscall" && eventTypes.size > MANY_EVENT_TYPES;
  if (!many || !draft.warnEventTypes) return;
  const wide = wideAlternative(written, checked, MANY_EVENT_TYPES);
  report.add({
    code: "R046",
    severity: "warning",
    title: `rule "${draft.name}" has to look at ${eventNamesOf(eventTypes).length} event types`,
    at: draft.at,
    notes: wide && [{ message: "this alternative names no event types", at: wide }],
    help: wide
      ? 'alternatives of the same events stand in brackets: "evt.type = … and (… or …)"'
      : "begin the condition with the event types meant: evt.type in (open, openat) and …",
  });
}
