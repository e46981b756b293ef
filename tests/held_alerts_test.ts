import { layout } from "../ffi/mod.ts";
import { LiveEvent } from "../plugins/sources/syscall/live_event.ts";
import type { Alert } from "../core/alert/mod.ts";
import { Engine, type EngineOptions } from "../core/engine/mod.ts";
import { type Container, State } from "../core/state/mod.ts";
import { membership, snapshot } from "../core/state/testing.ts";
import { assert, assertEquals } from "./assert.ts";
import { type OpenParts, RecordWriter } from "./records.ts";
import { rulesetOf } from "./ruleset.ts";

const FULL_ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";
const ID = FULL_ID.slice(0, 12);
const SHADOW: OpenParts = { given: "/etc/shadow", resolved: "/etc/shadow" };

interface Parts {
  readonly name?: string;
  readonly condition: string;
  readonly output?: string;
}

const rule = ({ name = "r", condition, output = "%fd.name" }: Parts) =>
  `- rule: ${name}\n  desc: d\n  priority: NOTICE\n  condition: evt.type = openat and (${condition})\n` +
  `  output: "${output}"\n`;

/** An engine that knows one process, in a container that is being asked about. */
class Stage implements Disposable {
  readonly alerts: Alert[] = [];
  readonly hurried: string[] = [];
  readonly ids = new Set([ID]);
  readonly state = new State();
  readonly engine: Engine;

  constructor(rules: readonly Parts[], options: Partial<EngineOptions> & { waitMs?: number } = {}) {
    const { waitMs = 1e6, ...rest } = options;
    const cgroup = `/docker/${FULL_ID}`;
    this.state.seed([snapshot(100, { membership: membership(100, { cgroup }) })]);
    this.engine = new Engine({
      ruleset: rulesetOf(rules.map(rule).join("")),
      state: this.state,
      hostname: "host",
      deliver: (alert) => this.alerts.push(alert),
      awaited: { ids: this.ids, waitMs, hurry: (id) => this.hurried.push(id) },
      ...rest,
    });
  }

  open(parts: OpenParts = SHADOW, id = 100): void {
    const writer = new RecordWriter(64 << 10);
    const event = new LiveEvent({ epochMinusBootNs: 0n });
    const at = writer.open({ ...parts, tid: id, tgid: id });
    event.load(writer.memory, at, layout.RECORD_KIND.file);
    this.engine.process(event);
  }

  /** The container's engine answers. */
  tell(details: Partial<Container>): void {
    const container = this.state.containers.get(ID)!;
    this.ids.delete(ID);
    this.state.containers.set({ ...container, known: true, ...details });
    this.engine.release(ID);
  }

  get told(): readonly string[] {
    return this.alerts.map(({ rule, message }) => `${rule}: ${message}`);
  }

  [Symbol.dispose](): void {
    this.engine.release();
  }
}

Deno.test("an alert waits for what its container is called", () => {
  using stage = new Stage([{
    condition: "fd.name = /etc/shadow",
    output: "%fd.name %container.id %container.name %toupper(container.image.repository)",
  }]);
  stage.open();
  assertEquals([stage.told, stage.hurried], [[], [ID]]);
  stage.tell({ name: "web", imageRepository: "nginx" });
  assertEquals(stage.told, [`r: /etc/shadow ${ID} web NGINX`]);
  assertEquals(stage.alerts[0]!.fields.get("container.name"), "web");
  assertEquals(stage.engine.counters().alertsUnnamed, 0);
});

Deno.test("an exception for an image applies although the image is told later", () => {
  for (const imageRepository of ["backup", "nginx"]) {
    using stage = new Stage([{
      condition: "fd.name = /etc/shadow and not container.image.repository = backup",
    }]);
    stage.open();
    stage.tell({ imageRepository });
    assertEquals(stage.alerts.length, imageRepository === "backup" ? 0 : 1);
  }
});

Deno.test("a rule for an image matches although the image is told later", () => {
  using stage = new Stage([
    { name: "other", condition: "container.image.repository = redis" },
    { name: "own", condition: "container.image.repository = nginx" },
    { name: "any", condition: "fd.name = /etc/shadow" },
  ]);
  stage.open();
  stage.tell({ imageRepository: "nginx" });
  assertEquals(stage.told, ["own: /etc/shadow"]);
});

Deno.test("with all rules matching, those that wait for nothing wait with the others", () => {
  using stage = new Stage([
    { name: "own", condition: "container.image.repository = nginx" },
    { name: "any", condition: "fd.name = /etc/shadow" },
    { name: "none", condition: "fd.name = /etc/passwd" },
  ], { ruleMatching: "all" });
  stage.open();
  stage.tell({ imageRepository: "nginx" });
  assertEquals(stage.told, ["own: /etc/shadow", "any: /etc/shadow"]);
});

Deno.test("an alert that tells nothing of its container does not wait", () => {
  using stage = new Stage([{ condition: "fd.name = /etc/shadow and container.id != host" }]);
  stage.open();
  assertEquals(stage.told, ["r: /etc/shadow"]);
});

Deno.test("an alert does not wait for a container nobody is asked about, nor on the host", () => {
  using stage = new Stage([{ condition: "fd.name = /etc/shadow", output: "%container.name" }]);
  stage.ids.clear();
  stage.open();
  assertEquals(stage.told, ["r: <NA>"]);
  using host = new Stage([{ condition: "fd.name = /etc/shadow", output: "%container.name" }]);
  host.state.seed([snapshot(7)]);
  host.open(SHADOW, 7);
  assertEquals(host.told, ["r: host"]);
});

Deno.test("an alert whose time is over goes out, and says that its container is not known", async () => {
  using stage = new Stage([
    { name: "unsure", condition: "container.image.repository = nginx" },
    { name: "sure", condition: "fd.name = /etc/shadow", output: "%container.name" },
  ], { waitMs: 1 });
  stage.open();
  assertEquals(stage.told, []);
  while (stage.alerts.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(stage.told, ["sure: <NA> | container.known=false"]);
  assertEquals(stage.alerts[0]!.fields.get("container.known"), false);
  assertEquals(stage.engine.counters().alertsUnnamed, 1);
});

Deno.test("alerts that wait keep nothing of their event", () => {
  using stage = new Stage([{
    condition: "fd.name startswith /etc and not container.name = db",
    output: "%fd.name %evt.arg.flags %proc.name %container.name",
  }]);
  const names = Array.from({ length: 50 }, (_, index) => `/etc/${index}`);
  for (const name of names) stage.open({ given: name, resolved: name });
  stage.tell({ name: "web" });
  assertEquals(
    stage.alerts.map(({ message }) => message.split(" ")[0]),
    names,
  );
  assert(stage.alerts.every(({ message }) => message.endsWith("p100 web")));
});

Deno.test("what waits is judged under both names of a file, and told once", () => {
  using stage = new Stage([
    { name: "link", condition: "fd.name = /tmp/x and container.name = web" },
    { name: "secret", condition: "fd.name = /etc/shadow and container.name = web" },
    { name: "any", condition: "fd.name exists and container.name = web" },
  ], { ruleMatching: "all" });
  stage.open({ given: "/tmp/x", resolved: "/etc/shadow" });
  stage.tell({ name: "web" });
  const names = "given=/tmp/x resolved=/etc/shadow";
  assertEquals(stage.told, [
    `link: /tmp/x | ${names}`,
    `any: /tmp/x | ${names}`,
    `secret: /etc/shadow | ${names}`,
  ]);
});

Deno.test("where too many wait, alerts go out with what is known", () => {
  using stage = new Stage([{ condition: "fd.name = /etc/shadow", output: "%container.name" }]);
  for (let i = 0; i < 1030; i++) stage.open();
  assertEquals(stage.told, Array(6).fill("r: <NA> | container.known=false"));
  stage.tell({ name: "web" });
  assertEquals(stage.alerts.length, 1030);
  assertEquals(stage.told.at(-1), "r: web");
});
