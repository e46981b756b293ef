import { assert, assertEquals } from "../../../tests/assert.ts";
import { corpusTest, readCorpus } from "../../../tests/corpus.ts";
import { HOSTILE, sampleAlert, testFormatter } from "../../../tests/contract/formatter_suite.ts";
import { escapeValue, INTERNAL_SOURCE, type OutputValue } from "../../../core/mod.ts";
import plugin, { JsonFormatter } from "./mod.ts";
import type { JsonConfig } from "./schema.ts";

const DEFAULTS: JsonConfig = {
  json_include_output_property: true,
  json_include_tags_property: true,
  json_include_message_property: false,
  json_include_output_fields_property: true,
  time_format_iso_8601: false,
};

function create(config: Partial<JsonConfig> = {}): JsonFormatter {
  return new JsonFormatter({ ...DEFAULTS, ...config });
}

testFormatter("json", create);

Deno.test("json: the configuration has Falco's defaults", () => {
  assertEquals(plugin.schema.parse({}), DEFAULTS);
});

Deno.test("json: keys are in alphabetical order and nanoseconds are integers", () => {
  assertEquals(
    create({ time_format_iso_8601: true, json_include_message_property: true })
      .format(sampleAlert()),
    '{"hostname":"host-1","message":"An open was seen (command=cat /dev/null)",' +
      '"output":"2016-08-04T16:17:57.881785348+0000: Warning An open was seen (command=cat /dev/null)",' +
      '"output_fields":{"evt.time.iso8601":1470327477881785348,"proc.cmdline":"cat /dev/null"},' +
      '"priority":"Warning","rule":"open_from_cat","source":"syscall",' +
      '"tags":["filesystem","process"],"time":"2016-08-04T16:17:57.881785348Z"}',
  );
});

Deno.test("json: an alert that is forwarded has its uuid, and no name of a host that nobody told", () => {
  const output = "10:00:00.1: Warning x";
  const given = sampleAlert({ output, hostname: "", uuid: "a-uuid" });
  const document = JSON.parse(create().format(given));
  assertEquals(Object.keys(document).filter((key) => /host|uuid/.test(key)), ["uuid"]);
  assertEquals(document.uuid, "a-uuid");
});

Deno.test("json: an alert that was sent keeps its line and its fields", () => {
  const output = '10:00:00.1: Warning "x"\n';
  const document = JSON.parse(create().format(sampleAlert({ output, source: INTERNAL_SOURCE })));
  assertEquals(document.tags, ["filesystem", "process"]);
  assertEquals(document.output, output);
  assertEquals(Object.keys(document.output_fields), ["proc.cmdline"]);
});

Deno.test("json: fields are sorted, however they come, and the time is among them once", () => {
  const given: readonly (readonly string[])[] = [
    [],
    ["a", "z"],
    ["z", "b", "a"],
    ["evt.a", "evt.time", "fd.name"],
    ["fd.name", "evt.time"],
    ["evt.timer"],
  ];
  for (const keys of given) {
    const fields = new Map(keys.map((key): [string, OutputValue] => [key, "value"]));
    const document = JSON.parse(create().format(sampleAlert({ fields })));
    const wanted = [...new Set([...keys, "evt.time"])].sort();
    assertEquals(Object.keys(document.output_fields), wanted);
    assertEquals(typeof document.output_fields["evt.time"], "number");
  }
});

Deno.test("json: alerts with the same tags, and with others, show their own", () => {
  const tags = ["b", "a"];
  for (const given of [tags, tags, ["c"]]) {
    assertEquals(JSON.parse(create().format(sampleAlert({ tags: given }))).tags, given.toSorted());
  }
});

Deno.test("json: properties are left out as configured", () => {
  const line = create({
    json_include_output_property: false,
    json_include_tags_property: false,
    json_include_output_fields_property: false,
  }).format(sampleAlert());
  assertEquals(
    line,
    '{"hostname":"host-1","priority":"Warning","rule":"open_from_cat","source":"syscall",' +
      '"time":"2016-08-04T16:17:57.881785348Z"}',
  );
});

Deno.test("json: what falcod tells of itself has Falco's shape, whatever is configured", () => {
  const alert = sampleAlert({
    rule: "Falco internal: syscall event drop",
    priority: "Debug",
    source: INTERNAL_SOURCE,
    tags: [],
    message: 'two\\nlines, "quoted"',
    fields: new Map([["n_evts", "7"], ["ebpf_enabled", "1"]]),
  });
  for (const json_include_output_property of [true, false]) {
    assertEquals(
      create({ json_include_output_property, json_include_message_property: true }).format(alert),
      String.raw`{"hostname":"host-1","output":"two\nlines, \"quoted\"",` +
        '"output_fields":{"ebpf_enabled":"1","n_evts":"7"},"priority":"Debug",' +
        '"rule":"Falco internal: syscall event drop","source":"internal",' +
        '"time":"2016-08-04T16:17:57.881785348Z"}',
    );
  }
});

Deno.test("json: output_fields are sorted, in their own types, with the time of the prefix", () => {
  const fields = new Map<string, OutputValue>([
    ["thread.tid", 5],
    ["evt.arg[1]", null],
    ["proc.args", ["a", "b"]],
    ["fd.ino", 2n ** 60n + 1n],
    ["proc.is_exe_writable", false],
  ]);
  const line = create().format(sampleAlert({ fields }));
  assert(line.includes(
    '"output_fields":{"evt.arg[1]":null,"evt.time":1470327477881785348,"fd.ino":1152921504606846977,' +
      '"proc.args":["a","b"],"proc.is_exe_writable":false,"thread.tid":5}',
  ));
});

Deno.test("json: fields with decimal numbers have a point in all of them", () => {
  const fields = new Map<string, OutputValue>([
    ["proc.fdusage", 0],
    ["thread.cpu", 12.5],
    ["thread.cpu.user", 2.79e-7],
    ["thread.cpu.system", 1e15],
    ["thread.tid", 100],
    ["thread.vmsize", null],
  ]);
  const line = create().format(sampleAlert({ fields }));
  assert(line.includes(
    '"proc.fdusage":0.0,"thread.cpu":12.5,"thread.cpu.system":1e+15,"thread.cpu.user":2.79e-07,' +
      '"thread.tid":100,"thread.vmsize":null}',
  ));
});

Deno.test("json: texts decode to what they were, once", () => {
  const message = `command=${escapeValue(HOSTILE)}`;
  const alert = JSON.parse(
    create({ json_include_message_property: true })
      .format(sampleAlert({ message, fields: new Map([["proc.cmdline", HOSTILE]]) })),
  );
  assertEquals(alert.message, `command=${HOSTILE.toWellFormed()}`);
  assertEquals(alert.output_fields["proc.cmdline"], HOSTILE.toWellFormed());
});

const LINES = "regression/outputs/SingleRuleWithCatWriteJSON.json";

corpusTest("json: lines of upstream's test are equal as values", [LINES], () => {
  const formatter = create({ time_format_iso_8601: true });
  for (const line of readCorpus(LINES).trim().split("\n")) {
    const { time } = JSON.parse(line);
    const ours = formatter.format(sampleAlert({
      hostname: "test-falco-hostname",
      tags: ["filesystem", "process", "testing"],
      timeNs: BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29)),
    }));
    assertEquals(JSON.parse(ours), JSON.parse(line));
  }
});
