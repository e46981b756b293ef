/** fdlist.…: the descriptors a poll waits for. */
import { defineField, type FieldDefinition } from "./field.ts";

const NOT_TRACKED = "descriptors of a process are known only while a call works on them";

export const fdlistFields: readonly FieldDefinition[] = [
  pollField("fdlist.nums", "Numbers of the descriptors polled, separated by commas", "id"),
  pollField("fdlist.names", "Names of the descriptors polled, separated by commas"),
  pollField("fdlist.cips", "Client addresses of the sockets polled, separated by commas"),
  pollField("fdlist.sips", "Server addresses of the sockets polled, separated by commas"),
  pollField("fdlist.cports", "Client ports of the sockets polled, separated by commas", "decimal"),
  pollField("fdlist.sports", "Server ports of the sockets polled, separated by commas", "decimal"),
];

function pollField(name: string, summary: string, format?: "id" | "decimal"): FieldDefinition {
  return defineField({
    name,
    type: "CHARBUF",
    summary,
    ...(format === undefined ? {} : { format }),
    unavailable: NOT_TRACKED,
    extract: () => undefined,
  });
}
