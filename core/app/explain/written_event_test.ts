import { assert, assertEquals } from "../../../tests/assert.ts";
import { renderText, Report, SourceText } from "../../base/mod.ts";
import { readYaml } from "../../base/yaml.ts";
import { defineField, type FieldTable } from "../../field/mod.ts";
import { withGiven } from "../../given/mod.ts";
import type { DocumentValue, EventDocuments } from "../../plugin/mod.ts";
import { eventOf as syscallEvent } from "../../field/fixture_test.ts";
import { readWrittenEvent } from "./written_event.ts";

/** The document that events of these tests are made of. */
const values = new WeakMap<object, DocumentValue>();

const documents: EventDocuments = {
  keys: ["id", "user", "list", "kind"],
  read: (text) => {
    const value = JSON.parse(text);
    const several: readonly DocumentValue[] = value.kind === "list" ? value.list : [value];
    const whole = several.filter(({ id }) => id !== undefined);
    return {
      events: whole.map((value) => {
        const event = syscallEvent("openat");
        values.set(event, value);
        return { event, value };
      }),
      problems: whole.length < several.length ? ["there is no id"] : [],
    };
  },
  complete: (part) => "id" in part || "kind" in part ? part : { id: "made up", ...part },
};

const fields: FieldTable = withGiven(
  new Map(["doc.user", "doc.all"].map((name) => [
    name,
    defineField({
      name,
      type: "CHARBUF",
      summary: name,
      extract: (event) => {
        const value = values.get(event);
        return name === "doc.all" ? JSON.stringify(value) : value?.user as string | undefined;
      },
    }),
  ])),
);

function read(texts: readonly string[], recorded?: DocumentValue) {
  const report = new Report();
  const sources = texts.map((text) => new SourceText("<event>", text));
  const nodes = sources.flatMap((text) => readYaml(text, report).map(({ root }) => root));
  const context = { source: "documents", fields, documents, at: sources[0]!.all };
  const [first] = recorded ? documents.read(JSON.stringify(recorded)).events : [];
  const stage = readWrittenEvent(nodes, context, report, first);
  assertEquals(stage === undefined, report.hasErrors, renderText(report.diagnostics));
  const codes = report.diagnostics.map(({ code }) => code);
  if (!stage) return { codes };
  const { event, state } = stage();
  state.begin(event);
  const [user, all] = ["doc.user", "doc.all"].map((name) =>
    fields.get(name)!.extract(event, state, undefined)
  );
  state.end(event);
  return { codes, user, all };
}

Deno.test("readWrittenEvent() completes what is written in part, and leaves what is whole alone", () => {
  assertEquals(read(["user: ana"]).all, '{"id":"made up","user":"ana"}');
  assertEquals(read(["{id: a, other: 1}"]).all, '{"id":"a","other":1}');
});

Deno.test("readWrittenEvent() puts mappings together: later ones add, replace and take away", () => {
  const { all } = read([
    "{user: {name: ana, groups: [a, b]}, list: [1], kind: x, id: a}",
    "{user: {groups: [c]}, list: null}",
    "{kind: null, user: {id: 7}}",
  ]);
  assertEquals(JSON.parse(String(all)), {
    id: "a",
    user: { name: "ana", groups: ["c"], id: 7 },
  });
});

Deno.test("readWrittenEvent() lays values of fields over the document, and a document over a recorded one", () => {
  const seen = read(["{doc.user: eve, list: [1]}"], { id: "a", user: "ana" });
  assertEquals(seen.user, "eve");
  assertEquals(seen.all, '{"id":"a","user":"ana","list":[1]}');
  assertEquals(read(["doc.user: null"], { id: "a", user: "ana" }).user, undefined);
  assertEquals(read([""], { id: "a", user: "ana" }).user, "ana");
});

Deno.test("readWrittenEvent() says what is no event, and what no event has", () => {
  const cases: Readonly<Record<string, string>> = {
    "uesr: ana": "G012",
    "{kind: list, list: [{id: a}, {id: b}]}": "G011",
    "{kind: list, list: [{id: a}, {}]}": "G011",
    "[id, a]": "G001",
    "{doc.no: 1}": "G004",
  };
  for (const [text, code] of Object.entries(cases)) assertEquals(read([text]).codes, [code], text);
  assert(read(["{kind: list, list: [{id: a}]}"]).all === '{"id":"a"}');
});
