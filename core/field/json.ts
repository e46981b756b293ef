/** json.…: any part of events that are JSON, as audit events are; Falco's plugin of the same name. */
import { defineField, type FieldDefinition } from "./field.ts";
import { NOT_DELIVERED } from "./k8s_audit.ts";

/** Old rule files call them jevt. */
export const jsonFields: readonly FieldDefinition[] = ["json", "jevt"].flatMap((prefix) => [
  text(`${prefix}.value`, "Value at a place in the event: json.value[/user/username] (RFC 6901)", {
    argument: { required: true, kind: "key" },
  }),
  text(`${prefix}.obj`, "The whole event as JSON over several lines"),
  text(`${prefix}.rawtime`, "Time of the event in nanoseconds since the epoch, as text"),
]);

function text(
  name: string,
  summary: string,
  more: Pick<FieldDefinition, "argument"> = {},
): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    ...more,
    unavailable: NOT_DELIVERED,
    extract: () => undefined,
  });
}
