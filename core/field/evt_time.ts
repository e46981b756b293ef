/** evt.num and evt.time…: when the event happened. */
import {
  clockText,
  dayText,
  fractionNs,
  isoTimeWithOffset,
  timeOfDay,
  wholeSeconds,
} from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const NS_PER_SECOND = 1e9;

/** JSON outputs carry integer nanoseconds where text shows a formatted time. */
const json = (event: Event) => event.timeNs;

/** Not below zero: events of several processors may come out of order. */
function sinceFirst({ clockNs }: Event, { firstClockNs }: State): number {
  return Math.max(0, clockNs - firstClockNs);
}

function sincePrevious({ clockNs }: Event, { previousClockNs }: State): number {
  return Math.max(0, clockNs - previousClockNs);
}

function seconds(ns: number): number {
  return Math.floor(ns / NS_PER_SECOND);
}

export const evtTimeFields: readonly FieldDefinition[] = [
  defineField({
    name: "evt.num",
    type: "UINT64",
    basis: "event",
    summary: "Number of the event, counted from 1 in this run",
    format: "id",
    extract: (event) => event.number,
  }),
  defineField({
    name: "evt.time",
    type: "CHARBUF",
    summary: "Local time of day with nanoseconds",
    json,
    extract: (event) => timeOfDay(event.timeNs),
  }),
  defineField({
    name: "evt.time.s",
    type: "CHARBUF",
    summary: "Local time of day in whole seconds",
    json,
    extract: (event) => clockText(event.timeNs),
  }),
  defineField({
    name: "evt.time.iso8601",
    type: "CHARBUF",
    summary: "UTC date and time as ISO 8601, with nanoseconds",
    json,
    extract: (event) => isoTimeWithOffset(event.timeNs),
  }),
  defineField({
    name: "evt.datetime",
    type: "CHARBUF",
    summary: "Local date and time with nanoseconds",
    json,
    extract: ({ timeNs }) => `${dayText(timeNs)} ${timeOfDay(timeNs)}`,
  }),
  defineField({
    name: "evt.datetime.s",
    type: "CHARBUF",
    summary: "Local date and time in whole seconds",
    json,
    extract: (event) => `${dayText(event.timeNs)} ${clockText(event.timeNs)}`,
  }),
  defineField({
    name: "evt.outputtime",
    type: "CHARBUF",
    summary: "Time in front of an output line; the same as evt.time",
    only: "output",
    json,
    extract: (event) => timeOfDay(event.timeNs),
  }),
  defineField({
    name: "evt.rawtime",
    type: "ABSTIME",
    summary: "Nanoseconds since the Unix epoch",
    format: "decimal",
    extract: (event) => event.timeNs,
  }),
  defineField({
    name: "evt.rawtime.s",
    type: "ABSTIME",
    summary: "Whole seconds since the Unix epoch",
    format: "decimal",
    extract: (event) => wholeSeconds(event.timeNs),
  }),
  defineField({
    name: "evt.rawtime.ns",
    type: "ABSTIME",
    summary: "Nanoseconds within the second of the event",
    format: "padded",
    extract: (event) => fractionNs(event.timeNs),
  }),
  defineField({
    name: "evt.reltime",
    type: "RELTIME",
    summary: "Nanoseconds since the first event",
    format: "padded",
    extract: (event, state) => sinceFirst(event, state),
  }),
  defineField({
    name: "evt.reltime.s",
    type: "RELTIME",
    summary: "Whole seconds since the first event",
    format: "decimal",
    extract: (event, state) => seconds(sinceFirst(event, state)),
  }),
  defineField({
    name: "evt.reltime.ns",
    type: "RELTIME",
    summary: "Nanoseconds since the first event, below a second",
    format: "padded",
    extract: (event, state) => sinceFirst(event, state) % NS_PER_SECOND,
  }),
  defineField({
    name: "evt.deltatime",
    type: "RELTIME",
    summary: "Nanoseconds since the previous event",
    format: "decimal",
    extract: (event, state) => sincePrevious(event, state),
  }),
  defineField({
    name: "evt.deltatime.s",
    type: "RELTIME",
    summary: "Whole seconds since the previous event",
    format: "decimal",
    extract: (event, state) => seconds(sincePrevious(event, state)),
  }),
  defineField({
    name: "evt.deltatime.ns",
    type: "RELTIME",
    summary: "Nanoseconds since the previous event, below a second",
    format: "padded",
    extract: (event, state) => sincePrevious(event, state) % NS_PER_SECOND,
  }),
  ...latencyFields(),
];

/** Since upstream dropped enter events these are constants; they stay so that old rules load. */
function latencyFields(): FieldDefinition[] {
  const deprecated = "remove it: there are no enter events, so it is always 0";
  return [
    defineField({
      name: "evt.latency",
      type: "RELTIME",
      summary: "Always 0; once the duration of the system call in nanoseconds",
      format: "decimal",
      deprecated,
      extract: () => 0,
    }),
    defineField({
      name: "evt.latency.s",
      type: "RELTIME",
      summary: "Always 0; once the whole seconds of the system call's duration",
      format: "decimal",
      deprecated,
      extract: () => 0,
    }),
    defineField({
      name: "evt.latency.ns",
      type: "RELTIME",
      summary: "Always 0; once the system call's duration below a second",
      format: "padded",
      deprecated,
      extract: () => 0,
    }),
    defineField({
      name: "evt.latency.quantized",
      type: "UINT64",
      summary: "Always 0; once the magnitude of the system call's duration",
      format: "decimal",
      deprecated,
      extract: () => 0,
    }),
    defineField({
      name: "evt.latency.human",
      type: "CHARBUF",
      summary: "Always 0ns; once the duration of the system call with a unit",
      deprecated,
      extract: () => "0ns",
    }),
    defineField({
      name: "evt.wait_latency",
      type: "RELTIME",
      summary: "Always 0; once the time spent waiting in a system call",
      format: "decimal",
      deprecated,
      extract: () => 0,
    }),
  ];
}
