/** What an alert adds when a name in its event resolved to another file. */
import { escapeValue, type OutputValue } from "../alert/mod.ts";
import { type Event, eventType, type NamedPath } from "../event/mod.ts";
import type { State } from "../state/mod.ts";

export interface Rendered {
  readonly message: string;
  readonly fields: ReadonlyMap<string, OutputValue>;
}

/**
 * Adds the name as given and the kernel's name to a rendered alert, as text and as fields: a rule's
 * own output shows only one of them, and an analyst needs both. Names that agree add nothing. What the
 * output has asked for itself stays as it is.
 */
export function withBothNames(rendered: Rendered, event: Event, state: State): Rendered {
  const fields = new Map(rendered.fields);
  let { message } = rendered;
  const add = (given: string, resolved: string, keys: readonly [string, string]) => {
    if (!fields.has(keys[0])) fields.set(keys[0], given);
    if (!fields.has(keys[1])) fields.set(keys[1], resolved);
    message += ` | given=${escapeValue(given)} resolved=${escapeValue(resolved)}`;
  };
  const path = state.descriptor?.path;
  if (path && differs(path)) add(path.raw, path.resolved!, ["fd.nameraw", "fd.realpath"]);
  else {
    eventType(event.type)?.params.forEach((parameter, index) => {
      const value = event.param(index);
      if (!isNamedPath(value) || !differs(value)) return;
      const name = parameter.name;
      add(value.raw, value.resolved!, [`evt.rawarg.${name}`, `evt.arg.${name}`]);
    });
  }
  return { message, fields };
}

function differs(path: NamedPath): boolean {
  return path.resolved !== undefined && (path.resolved !== path.given || path.raw !== path.given);
}

function isNamedPath(value: unknown): value is NamedPath {
  return typeof value === "object" && value !== null && "raw" in value && "given" in value;
}
