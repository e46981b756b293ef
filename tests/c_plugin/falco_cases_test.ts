/**
 * What Falco's own end-to-end tests expect of plugins that do not fit, with libraries of ours in the
 * place of theirs. Whether their rules load otherwise stands in tests/conformance/runs_test.ts.
 */
import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "../cli/program.ts";
import { corpusTest, parseLines, readCorpus } from "../corpus.ts";
import { builtPlugin } from "./build.ts";

interface Case {
  readonly tag: string;
  readonly name: string;
  readonly suite: string;
  readonly conf_file: { readonly file: string };
  readonly rules_file: readonly { readonly file: string }[];
}

/** By the names of the libraries in the cases; compiled when a case asks for one. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  libcloudtrail: source("cloudtrail", { id: 2, source: "aws_cloudtrail" }, "ct.name", "ct.id"),
  libjson: extractor("json", [], "json.value"),
  libtest_source: source("test_source", { id: 999, source: "test_source" }, "source.field"),
  libtest_extract_p1: extractor("test_extract_p1", ["test_source"], "test.field"),
  libtest_extract_p2: extractor("test_extract_p2", ["test_source"], "test.field"),
  libtest_incompat_api: [...extractor("api", [], "test.field"), 'API="10000000.0.0"'],
};

function text(name: string, value: string): string {
  return `${name}=${JSON.stringify(value)}`;
}

function extractor(name: string, sources: readonly string[], ...fields: readonly string[]) {
  const list = fields.map((field) => ({
    name: field,
    type: "string",
    desc: "for a test",
    ...field.endsWith("value") && { arg: { isRequired: true, isKey: true } },
  }));
  const about = [text("NAME", name), 'VERSION="0.6.0"', text("FIELDS", JSON.stringify(list))];
  return ["EXTRACTS", ...about, text("SOURCES", JSON.stringify(sources))];
}

function source(
  name: string,
  own: { readonly id: number; readonly source: string },
  ...fields: readonly string[]
) {
  const delivers = ["OPENS", "DELIVERS", `ID=${own.id}`, text("EVENT_SOURCE", own.source)];
  return [...extractor(name, [own.source], ...fields), ...delivers];
}

/** What falcod says where Falco refuses to start. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  incompatible_extract_sources: /C018.*its fields are for events of test_source, which nobody/,
  overlap_extract_sources: /C018.*"test_extract_p1" has a field "test\.field", too/,
  incompat_plugin_api: /C018.*needs version 10000000\.0\.0 of the plugin interface/,
  incompat_plugin_rules_version: /R041.*needs plugin cloudtrail 100000\.0\.0 or newer/,
};

corpusTest(
  "falcod refuses what Falco's tests of plugins have Falco refuse, and says the same",
  ["oldtests.jsonl"],
  async () => {
    const cases = parseLines<Case>(readCorpus("oldtests.jsonl")).filter(({ suite, name }) =>
      suite === "falco_tests_plugins.yaml" && name in EXPECTED
    );
    assertEquals(cases.length, 8);
    for (const { tag, name, conf_file, rules_file } of cases) {
      using folder = new Folder({
        "falco.yaml": withOurs(readCorpus(conf_file.file)),
        "rules.yaml": rules_file.map(({ file }) => readCorpus(file)).join("\n"),
      });
      const { code, out } = await falcod(["validate", "falco.yaml", "rules.yaml"], {
        folder: folder.path,
      });
      assertEquals(code, 1, `${tag}/${name}`);
      assert(EXPECTED[name]!.test(out.replaceAll("\n", " ")), `${tag}/${name}: ${out}`);
    }
  },
);

corpusTest(
  "rules of Falco's tests of plugins are fine with plugins that fit",
  ["oldtests/0.34.1/confs/plugins/cloudtrail_json_create_instances.yaml"],
  async () => {
    const folderOf = "oldtests/0.34.1";
    using folder = new Folder({
      "falco.yaml": withOurs(
        readCorpus(`${folderOf}/confs/plugins/cloudtrail_json_create_instances.yaml`),
      ),
      "rules.yaml": readCorpus(`${folderOf}/rules/plugins/cloudtrail_create_instances.yaml`),
    });
    const { code, out } = await falcod(["validate", "falco.yaml", "rules.yaml"], {
      folder: folder.path,
    });
    assertEquals(code, 0, out);
  },
);

function withOurs(config: string): string {
  return config.replaceAll(/\S*\/(\w+)\.so\b/g, (_path, name: string) => {
    const definitions = LIBRARIES[name];
    assert(definitions, name);
    return builtPlugin("minimal", definitions);
  });
}
