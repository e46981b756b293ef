/**
 * Events described by the values of their fields, so that rules can be tried without a kernel.
 *
 *     readGiven      YAML or JSON → `Given`: names and values checked against the field table
 *     eventOf        `Given` → an event, and a state that knows its process, users and container
 *     withGiven      a field table whose fields show what was given before what they find out
 *
 * What was given counts, letter by letter. Everything else is derived by the real fields from an event
 * and a state built of what was given, so that `fd.name: /etc/shadow` also answers `fd.directory`.
 */
export { Given } from "./given.ts";
export { eventAlone, eventOf, GivenEvent, type GivenSituation } from "./event.ts";
export { withGiven } from "./overlay.ts";
export { type GivenContext, readGiven } from "./read.ts";
