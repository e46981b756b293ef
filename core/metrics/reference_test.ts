/** README.md beside this file names every metric; `UPDATE_GOLDEN=1` writes its tables anew. */
import { assertDocumented, markdownTable } from "../../tests/reference.ts";
import { familiesOf } from "./families.ts";
import type { Family } from "./metric.ts";
import { Snapshots } from "./snapshot.ts";
import { ALL_GROUPS, someReadings, syscallReading } from "./testing.ts";

const FILE = new URL("README.md", import.meta.url);

const EVERYTHING = someReadings({ captures: { captures: 1, failed: 0, lostEvents: 0 } });

function labelsOf({ samples }: Family): string {
  const names = new Set(samples.flatMap(({ labels }) => Object.keys(labels)));
  return [...names].map((name) => `\`${name.replace(/^tag_.*/, "tag_…")}\``)
    .filter((name, index, all) => all.indexOf(name) === index).join(", ");
}

function table(families: readonly Family[]): string {
  const rows = families.map((family) => [
    `\`${family.name}\``,
    family.type,
    labelsOf(family),
    family.help,
  ]);
  return markdownTable([["name", "type", "labels", "what it is"], ...rows]);
}

function fieldTable(): string {
  const snapshots = new Snapshots({
    groups: ALL_GROUPS,
    convertMemoryToMb: true,
    includeEmptyValues: true,
  });
  // Rates are there from the second one on.
  snapshots.take(syscallReading(), EVERYTHING);
  const later = { ...EVERYTHING, timeNs: EVERYTHING.timeNs + 1_000_000_000n };
  const address = { name: "eth0", family: "IPv4", address: "10.0.0.1" } as const;
  const names = [...snapshots.take(syscallReading(), later, [address]).keys()];
  return ["```", ...names, "```"].join("\n");
}

Deno.test("README.md names every metric and every field of a snapshot", () => {
  const families = familiesOf(EVERYTHING, ALL_GROUPS);
  const isOurs = ({ name }: Family) => name.startsWith("falcod_");
  assertDocumented(FILE, {
    falco: table(families.filter((family) => !isOurs(family))),
    falcod: table(families.filter(isOurs)),
    fields: fieldTable(),
  });
});
