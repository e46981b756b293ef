import { assert, assertEquals } from "../../tests/assert.ts";
import { corpusTest, readCorpus } from "../../tests/corpus.ts";
import { commonFields, type FieldDefinition, fieldNames, findField, syscallFields } from "./mod.ts";
import { readArgument } from "./table.ts";

interface Fact {
  readonly name: string;
  readonly type: string;
  readonly is_list?: boolean;
  /** Upstream's own fields. */
  readonly arg?: "none" | "allowed" | "required";
  readonly print_format?: string;
  readonly flags?: readonly string[];
  readonly deprecated?: boolean;
  /** Fields of plugins. */
  readonly raw_tail?: string;
}

const FACTS = "fields.json";

/** Where the table differs from upstream's facts, and why. */
const DIFFERENT_ARGUMENT: Readonly<Record<string, string>> = {
  "evt.abspath": "upstream's parser takes it without an argument, whatever its table says",
};

const PLUGIN_TYPES: Readonly<Record<string, string>> = {
  string: "CHARBUF",
  bool: "BOOL",
  abstime: "ABSTIME",
  reltime: "RELTIME",
};

const FORMATS: Readonly<Record<string, FieldDefinition["format"]>> = {
  PF_DEC: "decimal",
  PF_HEX: "hex",
  PF_ID: "id",
  PF_10_PADDED_DEC: "padded",
};

corpusTest("every field of upstream is in the table, with its type, list flag and argument rule", [
  FACTS,
], () => {
  for (const { fact, isPlugin } of facts()) {
    const field = syscallFields.get(fact.name);
    assert(field, `${fact.name} is missing`);
    const type = isPlugin ? PLUGIN_TYPES[fact.type] : fact.type.replace("PT_", "");
    assertEquals(field.type, type, fact.name);
    assertEquals(field.list ?? false, fact.is_list ?? false, fact.name);
    if (fact.name in DIFFERENT_ARGUMENT) continue;
    assertEquals(argumentRule(field), isPlugin ? pluginRule(fact) : fact.arg, fact.name);
  }
});

corpusTest(
  "every field of upstream prints in its format and is marked as upstream's",
  [FACTS],
  () => {
    for (const { fact, isPlugin } of facts()) {
      if (isPlugin) continue;
      const field = syscallFields.get(fact.name)!;
      const flags = fact.flags ?? [];
      const only = flags.includes("EPF_FILTER_ONLY")
        ? "filter"
        : flags.includes("EPF_PRINT_ONLY")
        ? "output"
        : undefined;
      assertEquals(field.only, only, fact.name);
      assertEquals(field.format, FORMATS[fact.print_format!], fact.name);
      assertEquals(field.deprecated !== undefined, fact.deprecated, fact.name);
    }
  },
);

corpusTest("fields that upstream does not have say that they are falcod's own", [FACTS], () => {
  const upstream = new Set(facts().map(({ fact }) => fact.name));
  const own = [...syscallFields.values()].filter(({ name }) => !upstream.has(name));
  assertEquals(own.map(({ name, origin }) => [name, origin]), [
    ["evt.is_compat", "falcod"],
    ["proc.is_args_truncated", "falcod"],
    ["fd.realpath", "falcod"],
    ["container.known", "falcod"],
  ]);
});

Deno.test("summaries are one line without a full stop", () => {
  for (const { name, summary } of syscallFields.values()) {
    assert(summary.length > 0 && summary.length <= 100, name);
    assert(!/[.\n]$/.test(summary), name);
  }
});

Deno.test("events of every source have a number, times and a source, but no type", () => {
  assertEquals(commonFields.length, 18);
  for (const field of commonFields) assertEquals(syscallFields.get(field.name), field);
  assertEquals(commonFields.some(({ name }) => name === "evt.type"), false);
});

Deno.test("fieldNames() lists every name once", () => {
  const names = fieldNames(syscallFields);
  assertEquals(new Set(names).size, syscallFields.size);
});

Deno.test("findField() takes an argument in brackets or, where the field allows, after a dot", () => {
  const of = (name: string, argument?: string) => {
    const use = findField(syscallFields, name, argument);
    return use && [use.definition.name, use.argument];
  };
  assertEquals(of("proc.name"), ["proc.name", undefined]);
  assertEquals(of("proc.aname", "2"), ["proc.aname", "2"]);
  assertEquals(of("evt.arg.flags"), ["evt.arg", "flags"]);
  assertEquals(of("evt.arg", "0"), ["evt.arg", "0"]);
  assertEquals(of("evt.type.is.open"), ["evt.type.is", "open"]);
  assertEquals(of("container.label.app.kubernetes.io/name"), [
    "container.label",
    "app.kubernetes.io/name",
  ]);
  assertEquals(of("evt.buflen.in"), ["evt.buflen.in", undefined]);
});

Deno.test("findField() finds nothing for names and dots that mean nothing", () => {
  for (const name of ["", ".", "proc", "proc.nam", "proc.name.x", "evt.arg.", "nothing.at.all"]) {
    assertEquals(findField(syscallFields, name), undefined, name);
  }
});

Deno.test("readArgument() tells where an argument that is missing goes, as Falco takes it", () => {
  const helpOf = (name: string) => {
    const read = readArgument(syscallFields.get(name)!, undefined);
    return read.kind === "problem" ? read.help : undefined;
  };
  assertEquals(helpOf("evt.arg"), "write evt.arg.name");
  assertEquals(helpOf("evt.type.is"), "write evt.type.is.name");
  assertEquals(helpOf("thread.cgroup"), "write thread.cgroup.name");
  assertEquals(helpOf("container.label"), "write container.label[name]");
});

Deno.test("findField() gives evt.rawarg the type and format of its parameter", () => {
  const of = (name: string) => {
    const { type, format } = findField(syscallFields, `evt.rawarg.${name}`)!.definition;
    return [type, format];
  };
  assertEquals(of("flags"), ["FLAGS32", "hex"]);
  assertEquals(of("fd"), ["FD", "decimal"]);
  assertEquals(of("name"), ["FSPATH", undefined]);
  assertEquals(of("data"), ["BYTEBUF", undefined]);
});

function facts(): { fact: Fact; isPlugin: boolean }[] {
  const { classes } = JSON.parse(readCorpus(FACTS)) as {
    classes: readonly { name: string; source: string; fields: readonly Fact[] }[];
  };
  return classes.flatMap(({ source, fields }) => {
    if (source !== "libs" && source !== "plugin:container") return [];
    return fields.map((fact) => ({ fact, isPlugin: source !== "libs" }));
  });
}

function argumentRule({ argument }: FieldDefinition): string {
  return argument === undefined ? "none" : argument.required ? "required" : "allowed";
}

function pluginRule({ raw_tail }: Fact): string {
  return raw_tail?.startsWith("req_") ? "required" : "none";
}
