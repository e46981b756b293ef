import { assertEquals } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert, testFormatter } from "../../../tests/contract/formatter_suite.ts";
import { escapeValue, INTERNAL_SOURCE, type OutputValue } from "../../../core/mod.ts";
import plugin, { TextFormatter } from "./mod.ts";

const create = (iso = true) => new TextFormatter({ time_format_iso_8601: iso });

testFormatter("text", create);

Deno.test("text: a line is time, priority and message", () => {
  assertEquals(
    create().format(sampleAlert()),
    "2016-08-04T16:17:57.881785348+0000: Warning An open was seen (command=cat /dev/null)",
  );
});

Deno.test("text: without time_format_iso_8601 the time is that of the day, local", () => {
  const line = create(false).format(sampleAlert());
  assertEquals(
    line.replace(/^\d\d:\d\d/, "HH:MM"),
    "HH:MM:57.881785348: Warning An open was seen (command=cat /dev/null)",
  );
});

Deno.test("text: an alert that was sent keeps its line, on one line", () => {
  const alert = sampleAlert({ output: "10:00:00.1: Warning x\n\u001b[2J" });
  assertEquals(
    new TextFormatter(plugin.schema.parse({})).format(alert),
    "10:00:00.1: Warning x\\n\\u001b[2J",
  );
});

Deno.test("text: quotes and backslashes print as Falco prints them", () => {
  const message = `command=${escapeValue('sh -c "a\\b\n"')}`;
  assertEquals(
    create().format(sampleAlert({ message })).split("Warning ")[1],
    String.raw`command=sh -c \"a\\b\n\"`,
  );
});

Deno.test("text: what falcod tells of itself has its fields behind the message", () => {
  const line = create().format(sampleAlert({
    source: INTERNAL_SOURCE,
    message: "Falco internal: syscall event drop",
    fields: new Map<string, OutputValue>([["n_evts", "7"], ["ebpf_enabled", "1"], ["rate", 0.5]]),
  }));
  assertEquals(
    line.split("Warning ")[1],
    'Falco internal: syscall event drop (ebpf_enabled="1" n_evts="7" rate=0.5)',
  );
});

Deno.test("text: what falcod tells of itself prints as it is, and no brackets where no fields are", () => {
  const line = create().format(sampleAlert({
    source: INTERNAL_SOURCE,
    message: 'Falco internal: hot restart failure: unknown field "procc.name"',
    fields: new Map(),
  }));
  assertEquals(
    line.split("Warning ")[1],
    'Falco internal: hot restart failure: unknown field "procc.name"',
  );
});

Deno.test("text: what a message escaped is the inside of a JSON string again", () => {
  const line = create().format(sampleAlert({ message: escapeValue(HOSTILE) }));
  assertEquals(
    JSON.parse(`"${line}"`),
    `2016-08-04T16:17:57.881785348+0000: Warning ${HOSTILE.toWellFormed()}`,
  );
});

Deno.test("text: the configuration has Falco's default", () => {
  assertEquals(plugin.schema.parse({}), { time_format_iso_8601: false });
});
