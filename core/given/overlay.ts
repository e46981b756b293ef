/** Fields that show what was given before what they find out. */
import type { FieldArgument, FieldDefinition, FieldTable } from "../field/mod.ts";
import { eventType } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { GivenEvent } from "./event.ts";

/** The table for rules that are to judge given events; other events are judged as ever. */
export function withGiven(fields: FieldTable): FieldTable {
  return new Map([...fields].map(([name, field]) => [name, overlaid(field)]));
}

/** Nothing is said of what the value depends on: what was given depends on nothing but the event. */
function overlaid({ basis: _basis, specialize, ...field }: FieldDefinition): FieldDefinition {
  return {
    ...field,
    ...specialize && { specialize: (argument: string) => overlaid(specialize(argument)) },
    extract: (event, state, argument) => {
      if (!(event instanceof GivenEvent)) return field.extract(event, state, argument);
      if (counts(event, field.name, argument, state)) {
        return event.given.value(field.name, argumentName(event, field.name, argument));
      }
      if (event.untold.has(field.name)) return event.untold.get(field.name);
      return field.extract(event.base ?? event, state, argument);
    },
  };
}

/** Fields that show a path: what was given for them is the name as given, not the kernel's. */
const OF_PATHS =
  /^(?:fd\.(?:name|directory|filename|container)|fs\.path\.|evt\.(?:arg|info|abspath))/;

function counts(event: GivenEvent, name: string, argument: FieldArgument, state: State): boolean {
  if (state.view === "resolved" && OF_PATHS.test(name)) return false;
  return event.given.says(name, argumentName(event, name, argument));
}

/** Parameters are given by name; a rule may ask for them by number. */
function argumentName(event: GivenEvent, name: string, argument: FieldArgument): FieldArgument {
  if (name !== "evt.arg" || typeof argument !== "number") return argument;
  return eventType(event.type)?.params[argument]?.name;
}
