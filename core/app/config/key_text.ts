/** How a key of falco.yaml stands with falcod, in words. */
import type { KeyNote } from "./_types.ts";

export function keyText(note: KeyNote): string {
  switch (note.standing) {
    case "planned":
      return `Nothing comes of it yet${note.today === undefined ? "" : `: it is ${note.today}`}.`;
    case "replaced":
      return note.acts ? `Old spelling of ${note.by}.` : `Without effect; see ${note.by}.`;
    case "idle":
      return `Without effect: ${note.because}.`;
  }
}
