/**
 * What falcod tells of itself in numbers.
 *
 * `Readings` is what there is to tell at one moment. It is told three ways: as families of Prometheus
 * and OpenTelemetry (`familiesOf`, `exposition`), and as fields of Falco's snapshot alert
 * (`Snapshots`). What Falco has a name for is told by that name, which falco.ts holds; own.ts has the
 * rest. Collecting is the application's business: nothing here keeps time or opens a file but
 * `readResources`.
 */
export { dropsByCategory } from "./drop_categories.ts";
export { parseDuration } from "./duration.ts";
export { exposition, EXPOSITION_TYPE } from "./exposition.ts";
export { familiesOf } from "./families.ts";
export type * from "./metric.ts";
export { forwarderFamilies, type ForwarderReadings } from "./own.ts";
export { fieldNamePart } from "./names.ts";
export type * from "./readings.ts";
export { readResources, type ResourceFiles, type Resources } from "./resources.ts";
export {
  type Addresses,
  type SnapshotFields,
  type SnapshotOptions,
  Snapshots,
} from "./snapshot.ts";
