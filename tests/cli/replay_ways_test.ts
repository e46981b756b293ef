/**
 * The same event of a capture looks the same whichever way it is looked at: held against rules by
 * `falcod replay` or by `engine.kind: replay`, picked by `--filter`, explained.
 */
import { syscallFields } from "../../core/field/mod.ts";
import { encodeParam, MemoryOutput } from "../../core/scap/mod.ts";
import { writeBusyHost } from "../../scripts/bench/busy_host.ts";
import { assert, assertEquals } from "../assert.ts";
import { corpusPath } from "../corpus.ts";
import { capture, type GivenEvent, process } from "../made_captures.ts";
import { falcod, Folder } from "./program.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const ARGUMENTS = ["proc.aname[2]", "proc.env[PATH]", "evt.arg.flags", "evt.rawarg.res"];
const SHOWN = [
  ...ARGUMENTS,
  ...[...syscallFields.values()].filter(({ argument, only, deprecated }) =>
    argument?.required !== true && only !== "filter" && deprecated === undefined
  ).map(({ name }) => name),
];
/** Its types are few, so that most events are followed only. */
const CONDITION = "evt.type in (execve, connect, mkdirat, unlinkat, exit_group, procexit, clone)" +
  " and evt.num < 4000";

type Fields = Readonly<Record<string, unknown>>;

function ruleOf(condition: string): string {
  const output = SHOWN.map((name) => `${name}=%${name}`).join(" ");
  return JSON.stringify([{ rule: "R", desc: "A test", condition, output, priority: "INFO" }]);
}

function configOf(file: string, more = ""): string {
  return `{rules_files: [rules.yaml], stdout_output: {enabled: true}, json_output: true,
    engine: {kind: replay, replay: {capture_file: ${file}}}${more}}`;
}

/** As text they are exact, and `falcod explain` has them so. */
const LARGE_INTEGER = /(?<="):(\d{16,})(?=[,}])/g;

function linesOf(text: string): readonly Fields[] {
  return text.trimEnd().split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line.replaceAll(LARGE_INTEGER, ':"$1"'))
  );
}

/** `evt.num` of those that were compared. */
async function assertAlike(file: string, condition: string, options: { readonly folder: string }) {
  const where = `seed ${SEED}`;
  const fields = SHOWN.join(",");
  const [replayed, run, picked] = await Promise.all([
    falcod(["replay", "-c", "falco.yaml", file], options),
    falcod(["-c", "falco.yaml"], options),
    falcod(
      ["replay", "-c", "falco.yaml", file, "--json", "--filter", condition, "--fields", fields],
      options,
    ),
  ]);
  const expected = linesOf(picked.out);
  const alerts = (out: string) => linesOf(out).map(({ output_fields }) => output_fields as Fields);
  for (const other of [alerts(replayed.out), alerts(run.out)]) {
    assertEquals(other.map((event) => event["evt.num"]), expected.map((event) => event["evt.num"]));
    for (const [index, event] of expected.entries()) {
      for (const name of SHOWN) {
        assertEquals(other[index]![name], event[name], `${name} of ${event["evt.num"]}, ${where}`);
      }
    }
  }
  await Promise.all([expected[0]!, expected.at(-1)!].map(async (event) => {
    const { out } = await falcod(
      ["explain", "R", "-c", "falco.yaml", "--json", "--event", `${file}#${event["evt.num"]}`],
      options,
    );
    assertEquals(linesOf(out)[0]?.output_fields, event, where);
  }));
  return expected.map((event) => event["evt.num"]);
}

Deno.test("whichever way a busy host is looked at, its events look the same", async () => {
  const output = new MemoryOutput();
  await writeBusyHost(output, { events: 12_000, seed: SEED });
  using folder = new Folder({
    "busy.scap": output.bytes,
    "rules.yaml": ruleOf(CONDITION),
    "falco.yaml": configOf("busy.scap"),
  });
  const seen = await assertAlike("busy.scap", CONDITION, { folder: folder.path });
  assert(seen.length > 10, `only ${seen.length} events`);
});

const real = corpusPath("captures/libs/sample.scap");
Deno.test({
  name: "whichever way a capture of a real host is looked at, its events look the same",
  ignore: real === undefined,
  async fn() {
    const condition = "evt.num < 250";
    using folder = new Folder({
      "real.scap": Deno.readFileSync(real!),
      "rules.yaml": ruleOf(condition),
      "falco.yaml": configOf("real.scap"),
    });
    const seen = await assertAlike("real.scap", condition, { folder: folder.path });
    assert(seen.length > 50, `only ${seen.length} events`);
  },
});

const LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const TUPLE = encodeParam("SOCKTUPLE", {
  family: "ipv4",
  localAddress: LOOPBACK,
  localPort: 40_000,
  remoteAddress: LOOPBACK,
  remotePort: 80,
  path: undefined,
}, "client")!;

Deno.test("names of addresses, and what the configuration says of containers, count in all ways", async () => {
  const inContainer = process(10, "curl", { cgroups: ["cpu=/lxc/box"] });
  const events: readonly GivenEvent[] = [
    { type: "close", params: { res: 0, fd: 9 } },
    { type: "socket", params: { fd: 3, domain: 2, type: 1, proto: 0 } },
    { type: "connect", params: { res: 0, fd: 3, tuple: TUPLE } },
  ];
  const condition = "evt.type = connect and fd.sip.name = localhost and container.id = host";
  using folder = new Folder({
    "made.scap": await capture([inContainer], events),
    "rules.yaml": ruleOf(condition),
    "falco.yaml": configOf("made.scap", ", container_engines: {lxc: {enabled: false}}"),
  });
  assertEquals(await assertAlike("made.scap", condition, { folder: folder.path }), [3]);
});
