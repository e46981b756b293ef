import { assert, assertEquals } from "../../tests/assert.ts";
import { builtPlugin } from "../../tests/c_plugin/build.ts";
import { CPluginError, openCPlugin } from "./mod.ts";

function refusal(path: string): CPluginError {
  try {
    openCPlugin(path);
  } catch (error) {
    if (error instanceof CPluginError) return error;
    throw error;
  }
  throw new Error("it was opened");
}

/** `minimal.c` with definitions: what is said when it is opened. */
function refused(...definitions: string[]): string {
  const { code, message } = refusal(builtPlugin("minimal", definitions));
  return `${code}: ${message.replace(/^.*?\.so": /, "")}`;
}

const FIELD = { name: "a.b", type: "string", desc: "something" };

function fields(...list: unknown[]): string {
  return `FIELDS=${JSON.stringify(JSON.stringify(list))}`;
}

Deno.test("openCPlugin() tells what a plugin is and what it can do", () => {
  const { symbols, path: _, fields, configSchema, ...about } = openCPlugin(builtPlugin("source"));
  assert(symbols.plugin_get_required_event_schema_version === null);
  assertEquals(about, {
    name: "falcod_test",
    version: "1.2.3",
    description: "Events for tests",
    contact: "https://example.org/falcod_test",
    requiredApi: "3.0.0",
    capabilities: { source: true, extraction: true, parsing: true, async: true, listening: true },
    id: 999,
    source: "falcod_test",
    sources: {
      extraction: ["falcod_test"],
      parsing: ["falcod_test"],
      async: ["falcod_test"],
    },
    asyncEvents: ["test_tick"],
  });
  assertEquals(fields.length, 16);
  assertEquals(fields[5], {
    id: 5,
    name: "test.address",
    type: "ipaddr",
    description: "An address",
    isList: false,
    isSuggested: false,
    argument: { required: false, kind: "index" },
  });
  assert(configSchema !== undefined);
});

Deno.test("openCPlugin() refuses files that are no whole library, before their code runs", () => {
  const folder = Deno.makeTempDirSync();
  const library = Deno.readFileSync(builtPlugin("source"));
  const file = (name: string, bytes: Uint8Array) => {
    Deno.writeFileSync(`${folder}/${name}`, bytes);
    return refusal(`${folder}/${name}`);
  };
  const changed = (at: number, byte: number) => {
    const bytes = library.slice();
    bytes[at] = byte;
    return bytes;
  };
  assertEquals(refusal(`${folder}/none.so`).code, "missing");
  assertEquals(refusal(folder).code, "not-a-library");
  assertEquals(file("empty.so", new Uint8Array()).code, "not-a-library");
  assertEquals(file("text.so", new TextEncoder().encode("#!/bin/sh\n")).code, "not-a-library");
  for (const length of [20, 63, 64, 300, 4096, library.length - 6000]) {
    assertEquals(file("cut.so", library.subarray(0, length)).code, "not-a-library");
  }
  assertEquals(file("class.so", changed(4, 1)).code, "not-a-library");
  assertEquals(file("program.so", changed(16, 2)).code, "not-a-library");
  assertEquals(file("machine.so", changed(18, 40)).code, "not-a-library");
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("openCPlugin() asks for the version of the interface before anything else", () => {
  const plain = [fields(FIELD), "EXTRACTS"];
  const accepted = (api: string) =>
    openCPlugin(builtPlugin("minimal", [`API="${api}"`, ...plain])).requiredApi;
  for (const api of ["3.0.0", "3.4.9", "3.12.0"]) assertEquals(accepted(api), api);
  const needs = (api: string) =>
    `api-version: it needs version ${api} of the plugin interface, and here is 3.12.0`;
  for (const api of ["2.0.0", "3.13.0", "3.12.1", "4.0.0"]) {
    assertEquals(refused(`API="${api}"`, ...plain), needs(api));
  }
  assertEquals(
    refused('API="new"', ...plain),
    'not-a-plugin: "new" is no version of the interface',
  );
  assertEquals(
    refused("NO_API"),
    "not-a-plugin: it has no plugin_get_required_api_version",
  );
});

Deno.test("openCPlugin() wants all functions of a capability, and one capability", () => {
  assertEquals(
    refused(),
    "not-a-plugin: it can neither deliver events nor do anything with them",
  );
  assertEquals(refused("NO_DESTROY"), "not-a-plugin: it has no plugin_destroy");
  assertEquals(
    refused("EXTRACTS"),
    "not-a-plugin: of plugin_get_fields something is missing",
  );
  assertEquals(
    refused("OPENS"),
    "not-a-plugin: of plugin_open, plugin_close, plugin_next_batch something is missing",
  );
  const { capabilities, id, source } = openCPlugin(builtPlugin("minimal", ["OPENS", "DELIVERS"]));
  assertEquals([capabilities.source, id, source], [true, 0, ""]);
  assertEquals(
    refused("OPENS", "DELIVERS", 'EVENT_SOURCE="tests"'),
    "malformed: it has an event source without a number, or a number without one",
  );
});

Deno.test("openCPlugin() says what it does not understand of what a plugin says of itself", () => {
  const withFields = (...list: unknown[]) => refused("EXTRACTS", fields(...list));
  assertEquals(withFields(), "malformed: its list of fields is empty");
  assertEquals(withFields(7), "malformed: its field 0 is no object");
  assertEquals(
    withFields({ ...FIELD, name: "a b" }),
    "malformed: its field 0 has no name that rules could use",
  );
  assertEquals(
    withFields({ ...FIELD, type: "int8" }),
    'malformed: its field "a.b" has the type "int8", which there is not',
  );
  assertEquals(
    withFields({ ...FIELD, arg: { isRequired: true } }),
    'malformed: its field "a.b" needs an argument that is neither an index nor a key',
  );
  assertEquals(withFields(FIELD, FIELD), 'malformed: it has two fields "a.b"');
  assertEquals(
    refused("EXTRACTS", 'FIELDS="[{]"'),
    "malformed: its list of fields is no JSON",
  );
  const plain = [fields(FIELD), "EXTRACTS"];
  assertEquals(refused(...plain, 'NAME=""'), 'malformed: its name "" is none');
  assertEquals(refused(...plain, 'VERSION="one"'), 'malformed: "one" is no version');
  assertEquals(
    refused(...plain, 'SCHEMA="7"'),
    "malformed: the schema of its configuration is no JSON object",
  );
  assertEquals(
    refused(...plain, 'SOURCES="[1]"'),
    "malformed: its list of sources to take fields from is not a list of names",
  );
});

Deno.test("openCPlugin() opens a library once, whatever takes its place", () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-plugins-" });
  try {
    const path = `${folder}/plugin.so`;
    Deno.copyFileSync(builtPlugin("source"), path);
    const first = openCPlugin(path);
    Deno.copyFileSync(builtPlugin("minimal"), `${path}.new`);
    Deno.renameSync(`${path}.new`, path);
    assert(openCPlugin(path) === first);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
