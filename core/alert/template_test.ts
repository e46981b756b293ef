import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { type Diagnostic, Report, SourceText } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import { defineField, type FieldTable, type FieldValue, syscallFields } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import { withExtraFields } from "./extra_fields.ts";
import { compileTemplate, type OutputTemplate } from "./template.ts";

const VALUES: Record<string, FieldValue> = {
  "proc.name": "init",
  "proc.cmdline": 'sh -c "a\nb"',
  "thread.tid": 1,
  "proc.args": ["-c", "x"],
};

const FIELDS: FieldTable = new Map(
  [
    defineField({ name: "proc.name", type: "CHARBUF", summary: "", extract: valueOf("proc.name") }),
    defineField({
      name: "proc.cmdline",
      type: "CHARBUF",
      summary: "",
      extract: valueOf("proc.cmdline"),
    }),
    defineField({ name: "thread.tid", type: "INT64", summary: "", extract: valueOf("thread.tid") }),
    defineField({ name: "fd.name", type: "CHARBUF", summary: "", extract: () => undefined }),
    defineField({
      name: "container.name",
      type: "CHARBUF",
      fromEngine: true,
      summary: "",
      extract: (_event, state) => (state as unknown as { readonly name?: string }).name,
    }),
    defineField({
      name: "proc.args",
      type: "CHARBUF",
      list: true,
      summary: "",
      extract: valueOf("proc.args"),
    }),
    defineField({
      name: "proc.aname",
      type: "CHARBUF",
      summary: "",
      argument: { required: false, kind: "index" },
      extract: (_event, _state, argument) => `ancestor ${argument ?? "all"}`,
    }),
    defineField({
      name: "evt.arg",
      type: "CHARBUF",
      summary: "",
      argument: {
        required: true,
        kind: "either",
        dotted: true,
        check: (name) => /^(path|\d+)$/.test(name) ? undefined : `no parameter "${name}"`,
      },
      extract: (_event, _state, argument) => `/argument/${argument}`,
    }),
    defineField({
      name: "evt.time.is",
      type: "UINT32",
      summary: "",
      argument: { required: true, kind: "key", dotted: "only" },
      extract: (_event, _state, argument) => `is ${argument}`,
    }),
    defineField({
      name: "evt.time",
      type: "CHARBUF",
      summary: "",
      json: (event) => event.timeNs,
      extract: () => "16:17:57.881785348",
    }),
    defineField({
      name: "evt.count",
      type: "UINT32",
      summary: "",
      only: "filter",
      extract: () => 1,
    }),
    defineField({
      name: "evt.buffer",
      type: "BYTEBUF",
      summary: "",
      extract: () => new Uint8Array([0x61, 0, 0xff]),
    }),
    defineField({
      name: "evt.args",
      type: "CHARBUF",
      summary: "",
      extract: () => "data=a..",
      extractBase64: () => "data=YQD/",
    }),
    defineField({
      name: "evt.dir",
      type: "CHARBUF",
      summary: "",
      deprecated: "leave it out",
      extract: () => "<",
    }),
  ].map((field) => [field.name, field]),
);

const EVENT = { timeNs: 1470327477881785348n } as Event;
const STATE = {} as State;

function valueOf(name: string): () => FieldValue {
  return () => VALUES[name];
}

function compile(text: string): {
  template: OutputTemplate | undefined;
  diagnostics: readonly Diagnostic[];
} {
  const report = new Report();
  const template = compileTemplate(new SourceText("<output>", text), FIELDS, report);
  return { template, diagnostics: report.diagnostics };
}

function message(text: string): string {
  const { template, diagnostics } = compile(text);
  assert(template, JSON.stringify(diagnostics.map(({ title }) => title)));
  return template.render(EVENT, STATE).message;
}

Deno.test("render() fills fields into the text of the author", () => {
  assertEquals(message("start %proc.name %thread.tid end"), "start init 1 end");
  assertEquals(message("no fields"), "no fields");
  assertEquals(message(""), "");
});

Deno.test("render() prints <NA> for what is absent, with and without a leading asterisk", () => {
  assertEquals(message("*file=%fd.name"), "file=<NA>");
  assertEquals(message("file=%fd.name"), "file=<NA>");
});

Deno.test("compileTemplate() ends a field where the longest name ends", () => {
  assertEquals(message("%proc.nameand%thread.tidend"), "initand1end");
  assertEquals(message("%proc.name. %proc.name.x"), "init. init.x");
  assertEquals(message("%evt.arg.pathend"), "/argument/pathend");
});

Deno.test("compileTemplate() takes arguments in brackets, and leaves other brackets in the text", () => {
  assertEquals(message("%proc.aname[2]and"), "ancestor 2and");
  assertEquals(message('%proc.aname["2"] %evt.arg[path]'), "ancestor 2 /argument/path");
  assertEquals(message("%proc.name[%thread.tid] %proc.aname[x]"), "init[1] ancestor all[x]");
});

Deno.test("compileTemplate() cuts or pads a value to the width in front of it", () => {
  assertEquals(message("start %2proc.name end"), "start in end");
  assertEquals(message("start %10proc.name end"), "start init       end");
  assertEquals(message("%2toupper(proc.name)"), "IN");
});

Deno.test("compileTemplate() applies transformers, nested and with blanks", () => {
  assertEquals(message("%toupper(proc.name)and"), "INITand");
  assertEquals(message("%toupper( tolower( proc.name ) ) end"), "INIT end");
  assertEquals(message('%join("->", (proc.name, evt.arg.path))'), "init->/argument/path");
  assertEquals(message("%concat(toupper(proc.name), evt.arg.path)"), "INIT/argument/path");
  assertEquals(message("%len(proc.args)"), "2");
  assertEquals(message("%toupper(fd.name)"), "<NA>");
  assertEquals(message("%toupper(proc.name)[%thread.tid]"), "INIT[1]");
});

Deno.test("render() escapes values, and line breaks of the author", () => {
  assertEquals(message("a\nb %proc.cmdline"), 'a\\nb sh -c "a\\nb"');
});

Deno.test("render() gives the fields in their own types, sorted, null for absent ones", () => {
  const { template } = compile(
    "%thread.tid %proc.name %fd.name %evt.time %proc.aname[2] %proc.name",
  );
  assertEquals([...template!.render(EVENT, STATE).fields], [
    ["evt.time", 1470327477881785348n],
    ["fd.name", null],
    ["proc.aname[2]", "ancestor 2"],
    ["proc.name", "init"],
    ["thread.tid", 1],
  ]);
  assertEquals(template!.fields.map(({ name }) => name), [
    "thread.tid",
    "proc.name",
    "fd.name",
    "evt.time",
    "proc.aname",
  ]);
});

Deno.test("render() reports the fields within transformers as they are", () => {
  const { template } = compile("%toupper(proc.name)");
  assertEquals([...template!.render(EVENT, STATE).fields], [["proc.name", "init"]]);
});

Deno.test("render() prints bytes with dots, or in base64, in the message and in the fields", () => {
  const source = new SourceText(
    "<output>",
    "%evt.buffer %evt.args %toupper(evt.args) %6evt.buffer|",
  );
  const rendered = (bytes?: "base64") =>
    compileTemplate(source, FIELDS, new Report(), { bytes })!.render(EVENT, STATE);
  assertEquals(rendered().message, "a.. data=a.. DATA=A.. a..   |");
  assertEquals([...rendered().fields], [["evt.args", "data=a.."], ["evt.buffer", "a.."]]);
  assertEquals(rendered("base64").message, "YQD/ data=YQD/ DATA=YQD/ YQD/  |");
  assertEquals([...rendered("base64").fields], [["evt.args", "data=YQD/"], ["evt.buffer", "YQD/"]]);
});

Deno.test("compileTemplate() points at an unknown field and suggests the nearest", () => {
  const { template, diagnostics } = compile("user %proc.nmae x");
  assertEquals(template, undefined);
  assertObjectMatch(diagnostics[0]!, { code: "A002", help: 'did you mean "proc.name"?' });
  assertObjectMatch(diagnostics[0]!.at!, { start: 6, end: 15 });
});

Deno.test("a field for conditions only prints <NA>, with a warning", () => {
  const { template, diagnostics } = compile("seen %evt.count times");
  assertEquals(diagnostics.map(({ code, severity }) => [code, severity]), [["A009", "warning"]]);
  const { message, fields } = template!.render(EVENT, STATE);
  assertEquals(message, "seen <NA> times");
  assertEquals(fields.get("evt.count"), null);
});

Deno.test("compileTemplate() warns of a name that goes on behind its field, and prints both", () => {
  const { template, diagnostics } = compile("user %proc.name_x");
  assertEquals(template!.render(EVENT, STATE).message, "user init_x");
  assertEquals(diagnostics.length, 1);
  assertObjectMatch(diagnostics[0]!, {
    code: "A010",
    severity: "warning",
    title: 'no field is called "proc.name_x": "proc.name" is printed, and "_x" behind it',
    help: 'did you mean "proc.name"? Or put a blank behind the field, if text is to follow it',
  });
  assertObjectMatch(diagnostics[0]!.at!, { start: 6, end: 17 });
  assertObjectMatch(compile("%proc.cmdlin").diagnostics[0]!, { code: "A002" });
  assertObjectMatch(compile("%proc.namely_not_a_field").diagnostics[0]!, {
    help: "put a blank behind the field, if text is to follow it",
  });
});

Deno.test("compileTemplate() warns of a place in a list behind a field that takes none", () => {
  const { template, diagnostics } = compile("user %proc.name[0]");
  assertEquals(template!.render(EVENT, STATE).message, "user init[0]");
  assertObjectMatch(diagnostics[0]!, {
    code: "A010",
    title: 'no field is called "proc.name[0]": "proc.name" is printed, and "[0]" behind it',
    help: "put a blank behind the field, if text is to follow it",
  });
  assertEquals(compile("%proc.aname[0] %proc.name [0]").diagnostics, []);
});

Deno.test("compileTemplate() tells of some names that go on, however many and long they are", () => {
  const { template, diagnostics } = compile(`%proc.name${"x".repeat(10_000)} `.repeat(100));
  assertEquals([template === undefined, diagnostics.length], [false, 20]);
  for (const { title } of diagnostics) assert(title.length < 1000);
});

Deno.test("compileTemplate() has no word on text that rightly follows a field", () => {
  const texts = [
    "%proc.name, %proc.name: %fd.name-x %fd.name/x %proc.name.",
    "%thread.tid_%proc.name (%proc.name) %proc.name=%proc.cmdline %proc.name[x]y",
    "%toupper(proc.name)s %10proc.name",
  ];
  for (const text of texts) assertEquals(compile(text).diagnostics, [], text);
});

Deno.test("compileTemplate() reports all problems of an output", () => {
  const { diagnostics } = compile("%some.field % %toupper(proc.name %touper(proc.name) 100%");
  assertEquals(diagnostics.map(({ code }) => code), ["A002", "A001", "A004", "A005", "A001"]);
});

Deno.test("compileTemplate() says how a field is written that has a percent sign behind it", () => {
  for (const field of ["%proc.name", "%10proc.name", "%nothing.of_this", "%evt.arg[flags]"]) {
    const { diagnostics } = compile(`in ${field}% end`);
    const helps = diagnostics.filter(({ code }) => code === "A001").map(({ help }) => help);
    assertEquals(helps, [`a field has no % behind it: write ${field}`]);
  }
  const { diagnostics } = compile("%proc.name %");
  assertEquals(diagnostics[0]!.help, "an output cannot contain a percent sign of its own");
});

for (
  const [text, code] of [
    ["start %a end", "A002"],
    ["start % end", "A001"],
    ["%%proc.name", "A001"],
    ["%-10proc.name", "A001"],
    ["%99999proc.name", "A006"],
    ["%evt.arg", "A003"],
    ["%evt.arg[nothing]", "A003"],
    ["%some_transformer(proc.name)", "A005"],
    ["%val(proc.name)", "A005"],
    ["%(proc.name)", "A001"],
    ["%toupper(proc.name", "A004"],
    ["%toupper(tolower)", "A002"],
    ["%toupper(val(proc.name))", "A005"],
    ["%toupper(thread.tid)", "A005"],
    ["%toupper()", "A001"],
    ["%toupper (proc.name)", "A002"],
    [`%${"toupper(".repeat(200)}proc.name`, "A007"],
    [`%concat(${"proc.name,".repeat(2000)}proc.name)`, "A007"],
  ] as const
) {
  Deno.test(`compileTemplate() reports ${code} for "${text.slice(0, 40)}"`, () => {
    const { template, diagnostics } = compile(text);
    assertEquals(template, undefined);
    assertEquals(diagnostics.some((diagnostic) => diagnostic.code === code), true);
  });
}

Deno.test("compileTemplate() hands to transformers what conditions do: no ancestors, no raw arguments", () => {
  const codesOf = (text: string) => {
    const report = new Report();
    compileTemplate(new SourceText("<output>", text), syscallFields, report);
    return report.diagnostics.map(({ code }) => code);
  };
  const refused = ["toupper(proc.aname[1])", "basename(evt.rawarg.name)", "len(fd.sip.name)"];
  for (const text of refused) assertEquals(codesOf(`%${text}`), ["A005"], text);
  for (const text of ["toupper(evt.arg.name)", "toupper(concat(proc.aname, proc.name))"]) {
    assertEquals(codesOf(`%${text}`), [], text);
  }
});

Deno.test("compileTemplate() warns of deprecated fields and still compiles", () => {
  const { template, diagnostics } = compile("x %evt.dir");
  assert(template);
  assertObjectMatch(diagnostics[0]!, { code: "A008", severity: "warning", help: "leave it out" });
  assertObjectMatch(diagnostics[0]!.at!, { start: 3, end: 10 });
});

Deno.test("renderLater() keeps all of the event, and asks again for what engines tell", () => {
  const text = "%proc.name %12toupper(container.name)|%concat(proc.name, container.name) %evt.time";
  const output = withExtraFields(compile(text).template!, [
    { key: "whole", kind: "text", template: compile("of %container.name").template! },
    { key: "one", kind: "field", template: compile("%container.name").template! },
  ]);
  const known = { name: "web" } as unknown as State;
  const render = output.renderLater(EVENT, STATE);
  assertEquals(render(known), output.render(EVENT, known));
  assertEquals(render(STATE), output.render(EVENT, STATE));
  assertEquals(render(known).message, "init WEB         |initweb 16:17:57.881785348");
  assertEquals(render(known).fields.get("whole"), "of web");
});

Deno.test("brackets behind a field whose argument stands behind a dot are text", () => {
  assertEquals(message("%evt.time.is.x"), "is x");
  assertEquals(message("%evt.time.is[x]"), "16:17:57.881785348.is[x]");
});

Deno.test("a column is as wide in characters, none of which is cut", () => {
  VALUES["proc.name"] = "\u{1f600}\u{1f600}\u00e9x";
  try {
    assertEquals(message("%1proc.name|%3proc.name|"), "\u{1f600}|\u{1f600}\u{1f600}\u00e9|");
    assertEquals(message("%6proc.name|"), "\u{1f600}\u{1f600}\u00e9x  |");
  } finally {
    VALUES["proc.name"] = "init";
  }
});

Deno.test("behind the name of a controller of cgroups, dots and digits are text", () => {
  const of = (text: string) =>
    compileTemplate(new SourceText("<output>", text), syscallFields, new Report())!.uses
      .map(({ key }) => key);
  assertEquals(of("%thread.cgroup.net_cls.x"), ["thread.cgroup.net_cls"]);
  assertEquals(of("%thread.cgroup.memory2 %thread.cgroup[cpu]"), [
    "thread.cgroup.memory",
    "thread.cgroup[cpu]",
  ]);
});
