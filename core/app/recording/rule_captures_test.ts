import { assert, assertEquals } from "../../../tests/assert.ts";
import { rulesetOf } from "../../../tests/ruleset.ts";
import type { Alert } from "../../alert/mod.ts";
import { openCapture, ScapReader } from "../../scap/mod.ts";
import { State } from "../../state/mod.ts";
import { event, snapshot } from "../../state/testing.ts";
import { silentLogger } from "../log.ts";
import { RuleCaptures, type RuleCapturesOptions } from "./rule_captures.ts";

const rule = (name: string, more = "") =>
  `- rule: ${name}\n  desc: d\n  condition: evt.type = openat and fd.name = /${name}\n` +
  `  output: o\n  priority: NOTICE\n${more}`;
const ruleset = rulesetOf(
  rule("plain") + rule("long", "  capture_duration: 20000\n") +
    rule("captured", "  capture: true\n") +
    rule("brief", "  capture: true\n  capture_duration: 1000\n"),
);
const BEGIN_NS = BigInt(Date.now()) * 1_000_000n;
const UNLINK = 131;

const at = (seconds: number) => BEGIN_NS + BigInt(seconds * 1e9);

const eventAt = (seconds: number) =>
  event(10, { number: seconds, type: UNLINK, timeNs: at(seconds), clockNs: seconds * 1e9 });

function alertOf(name: string, seconds: number): Alert {
  return {
    rule: name,
    priority: "Notice",
    source: "syscall",
    tags: [],
    timeNs: at(seconds),
    hostname: "h",
    message: "",
    fields: new Map(),
  };
}

/** Captures into a folder of its own. */
class Scene {
  readonly folder = Deno.makeTempDirSync({ prefix: "falcod-captures-" });
  readonly alerts: Alert[] = [];
  readonly errors: string[] = [];
  readonly told: string[] = [];
  readonly captures: RuleCaptures;

  constructor(settings: Partial<RuleCapturesOptions["settings"]> = {}) {
    const state = new State({ files: { read: () => undefined, version: () => undefined } });
    state.seed([snapshot(10)]);
    this.captures = new RuleCaptures({
      settings: {
        enabled: true,
        path_prefix: `${this.folder}/own`,
        mode: "rules",
        default_duration: 5000,
        max_file_size_mb: 0,
        ...settings,
      },
      state,
      ruleset: () => ruleset,
      hostname: "h",
      log: {
        ...silentLogger,
        info: (message) => this.told.push(message),
        error: (message) => this.errors.push(message),
      },
      alert: (alert) => this.alerts.push(alert),
    });
  }

  /** An event each second, with the alerts that it raises. */
  play(alerts: Readonly<Record<number, readonly string[]>>, seconds: number): void {
    for (let second = 0; second <= seconds; second++) {
      for (const name of alerts[second] ?? []) this.captures.alerted(alertOf(name, second));
      this.captures.event(eventAt(second));
    }
  }

  /** What each file holds: the seconds of its events. */
  async files(): Promise<readonly (readonly number[])[]> {
    await this.captures.close();
    const names = [...Deno.readDirSync(this.folder)].map(({ name }) => name).sort();
    const files: number[][] = [];
    for (const name of names) {
      assert(/^own_\d{20}_\d{20}\.scap$/.test(name), name);
      using reader = new ScapReader(await openCapture(`${this.folder}/${name}`));
      const seconds: number[] = [];
      for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
        assert(item.kind !== "fault");
        if (item.kind === "more") await reader.fill();
        else if (item.kind === "event") seconds.push(Number((item.timeNs - BEGIN_NS) / 10n ** 9n));
      }
      files.push(seconds);
    }
    return files;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("RuleCaptures writes a file from the event that alerted to its rule's end", async () => {
  using scene = new Scene();
  scene.play({ 1: ["plain"], 3: ["captured"], 20: ["brief"] }, 25);
  assertEquals(await scene.files(), [[3, 4, 5, 6, 7, 8], [20, 21]]);
  assertEquals(scene.captures.counters, { captures: 2, failed: 0, lostEvents: 0 });
  const words = scene.told.map((line) => line.split(" ").slice(0, 4).join(" ").replace(/\d+/, "N"));
  assertEquals(words.filter((line) => line.startsWith("capture: recording into")).length, 2);
  assertEquals(words.filter((line) => line === "capture: N events in").length, 2);
});

Deno.test("RuleCaptures goes on for as long as the rule wants that wants most", async () => {
  using scene = new Scene();
  scene.play({ 0: ["captured"], 2: ["brief"], 4: ["plain"], 6: ["brief"], 8: ["long"] }, 40);
  const [file, ...others] = await scene.files();
  assertEquals([file!.at(0), file!.at(-1), others.length], [0, 28, 0]);
});

Deno.test("RuleCaptures takes any rule for a reason when all rules are", async () => {
  using scene = new Scene({ mode: "all_rules", default_duration: 2000 });
  scene.play({ 5: ["plain"] }, 10);
  assertEquals(await scene.files(), [[5, 6, 7]]);
});

Deno.test("RuleCaptures tells of a file that is full, and begins another at the next alert", async () => {
  using scene = new Scene({ max_file_size_mb: 1, default_duration: 1e9 });
  const { captures } = scene;
  captures.alerted(alertOf("captured", 0));
  for (let n = 0; n < 40_000 && scene.alerts.length === 0; n++) captures.event(eventAt(n));
  assertEquals(scene.alerts.map(({ rule }) => rule), [
    "Falco internal: capture size limit reached",
  ]);
  captures.alerted(alertOf("captured", 50_000));
  captures.event(eventAt(50_000));
  assertEquals((await scene.files()).at(-1), [50_000]);
});

Deno.test("RuleCaptures counts files that cannot be made and tells of the first", async () => {
  using scene = new Scene({ path_prefix: "/nowhere/falcod", default_duration: 1000 });
  scene.play({ 0: ["captured"], 5: ["captured"], 9: ["captured"] }, 12);
  assertEquals(await scene.files(), []);
  assertEquals(scene.captures.counters.failed, 3);
  assertEquals(scene.errors.length, 1);
  assert(scene.errors[0]!.startsWith('capture: Cannot create capture "/nowhere/falcod_'));
  assertEquals(scene.told, []);
});

Deno.test("RuleCaptures writes into no file that is there already", async () => {
  using scene = new Scene();
  const name = [at(3), 3].map((number) => String(number).padStart(20, "0")).join("_");
  Deno.symlinkSync("/dev/null", `${scene.folder}/own_${name}.scap`);
  scene.play({ 3: ["captured"] }, 4);
  await scene.captures.close();
  assertEquals(scene.captures.counters.failed, 1);
});
