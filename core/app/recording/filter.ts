/** Which events a recording shows to whoever reads it. */
import { Report } from "../../base/mod.ts";
import { allEventCodes, type Event } from "../../event/mod.ts";
import type { EventNeeds } from "../../plugin/mod.ts";
import type { State } from "../../state/mod.ts";
import type { Host } from "../host.ts";
import { conditionOf } from "../replay/event_lines.ts";
import { printDiagnostics } from "../report.ts";
import { surroundingsOf } from "../surroundings.ts";
import { recordingNeeds } from "./needs.ts";

export type Shows = (event: Event, state: State) => boolean;

export interface Filter {
  readonly shows: Shows;
  readonly needs: EventNeeds;
  /** DNS names that it compares addresses with. */
  readonly watchedNames: ReadonlySet<string>;
}

/** Of all that happens, where no condition is given; `undefined` after telling what is wrong with it. */
export async function filterOf(
  text: string | undefined,
  host: Host,
): Promise<Filter | undefined> {
  if (text === undefined) {
    const needs = recordingNeeds(new Set(allEventCodes()));
    return { shows: () => true, needs, watchedNames: new Set() };
  }
  const none = { source: "syscall", configPath: undefined, rulePaths: [] };
  const surroundings = await surroundingsOf(none, host);
  if (!surroundings) return undefined;
  const report = new Report();
  const condition = conditionOf(text, surroundings, report);
  printDiagnostics(report.diagnostics, report.suppressed, { output: host.error });
  if (!condition || report.hasErrors) return undefined;
  const { holds, eventTypes, watchedNames } = condition;
  return { shows: underEitherName(holds), needs: recordingNeeds(eventTypes), watchedNames };
}

/** A file is judged under the name that was given and under the kernel's, as by rules. */
function underEitherName(holds: Shows): Shows {
  return (event, state) => {
    if (holds(event, state)) return true;
    if (!event.hasResolvedView) return false;
    state.view = "resolved";
    const shows = holds(event, state);
    state.view = "given";
    return shows;
  };
}
