/** Events that a plugin writes past its SDK: whatever they are, rules are judged and alerts are alerts. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "../cli/program.ts";
import { writePackage } from "../plugin_package.ts";

/** JSON of a frame of events each; the last has one that a rule matches. */
const FRAMES: readonly string[] = [
  "", // no JSON
  "null",
  "{}",
  "[null, 1, [], [1], [[1]], [1, null], [1, []], [1, 2]]",
  `[[0, ${"[".repeat(100_000)}${"]".repeat(100_000)}]]`,
  `[[0, {"a": ${"[".repeat(400_000)}${"]".repeat(400_000)}, "id": "deep"}]]`,
  `[[0, ${'{"a":'.repeat(150_000)}1${"}".repeat(150_000)}]]`,
  `[${Array(200_000).fill("[]").join()}]`,
  '[[0, {"__proto__": {"id": "polluted", "toString": 1}, "constructor": 1}]]',
  '[[0, {"id": {"toString": null, "valueOf": {}, "length": 1e9}}]]',
  '[[1e308, {"id": "when"}], [-1, {"id": "when"}], ["x", {"id": "when"}], [{}, {"id": "when"}]]',
  '[[0, {"id": "\\ud800\\u0000\\u001b[2J\\u202e\\n{\\"rule\\":\\"forged\\"}"}]]',
  `[[0, {"id": "long ${"x".repeat(900_000)}"}]]`,
  '[[0, {"number": "99999999999999999999", "time": "+275760-09-13", "ip": "::ffff:1.2.3.4%eth0"}]]',
  '[[0, {"number": -1e400, "time": -5, "ip": ["1.2.3.4"], "list": {"length": 3}}]]',
  `[[0, {"list": [${Array(100_000).fill("{}").join()}], "id": "list"}]]`,
  '[[0, {"id": "last"}]]',
];

const MODULE = `const frames = ${JSON.stringify(FRAMES)};
const encoder = new TextEncoder();
function write(text) {
  const payload = encoder.encode(text);
  const bytes = new Uint8Array(9 + payload.length);
  new DataView(bytes.buffer).setUint32(0, 5 + payload.length, true);
  bytes[4] = 69;
  bytes.set(payload, 9);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
export default { kind: "source", definition: { run: async ({ ready }) => {
  ready();
  for (const text of frames) write(text);
  await new Promise((go) => setTimeout(go, 1500));
} } };`;

const field = (name: string, type: string, more = {}) => ({
  name: `odd.${name}`,
  type,
  description: "A field",
  from: `/${name}`,
  ...more,
});

Deno.test("events of any shape are judged or counted, and alerts about them stay alerts", async () => {
  using folder = new Folder({
    "rules.yaml": `- rule: Any
  desc: for a test
  source: odd
  condition: odd.id exists or odd.number != 0 or odd.list intersects (a)
  output: "id=%odd.id a=%odd.a %odd.number %odd.time %odd.ip %odd.list %evt.time.iso8601 %evt.plugininfo"
  priority: WARNING
`,
  });
  const path = writePackage(folder.path, "odd", {
    manifest: {
      kind: "source",
      source: {
        name: "odd",
        fields: [
          field("id", "text"),
          field("a", "text"),
          field("number", "int64"),
          field("time", "time"),
          field("ip", "ip"),
          field("list", "text", { list: true }),
        ],
      },
    },
    module: MODULE,
  });
  Deno.writeTextFileSync(
    folder.file("falco.yaml"),
    `engine: {kind: nodriver}
rules_files: [rules.yaml]
plugins: [{name: odd, library_path: ${path}}]
stdout_output: {enabled: true}
json_output: true
`,
  );
  const { code, out, error } = await falcod(["-c", "falco.yaml"], { folder: folder.path });
  const said = error.slice(0, 4000);
  assertEquals(code, 0, said);
  assert(!/this is a bug|\n\s+at /.test(error), said);
  const alerts = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  assert(alerts.every(({ rule }) => rule === "Any"), out.slice(0, 4000));
  const ids = alerts.map(({ output_fields: fields }) => String(fields["odd.id"]));
  assertEquals(ids.at(-1), "last");
  assertEquals(ids.filter((id) => id === "when").length, 4);
  assert(!ids.includes("polluted"), ids.join().slice(0, 4000));
  // deno-lint-ignore no-control-regex -- what must not be printed
  assert(!/[\x00-\x09\x0b-\x1f\u202e\ud800]/.test(out), "controls");
});
