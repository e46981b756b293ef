import {
  assertEquals,
  assertObjectMatch,
  assertRejects,
  assertThrows,
} from "../../tests/assert.ts";
import * as z from "zod";
import { Report } from "../base/mod.ts";
import type { FormatterPlugin, Plugin } from "./plugin.ts";
import { checkPluginConfig, Registry } from "./registry.ts";

const shout: FormatterPlugin<{ readonly mark: string }> = {
  kind: "formatter",
  name: "shout",
  summary: "Upper case",
  schema: z.object({ mark: z.string() }),
  create: ({ mark }) => ({ format: (alert) => alert.message.toUpperCase() + mark }),
};

function entry(plugin: unknown, count = { loads: 0 }) {
  return {
    kind: "formatter",
    name: "shout",
    load: () => {
      count.loads++;
      return Promise.resolve({ default: plugin as Plugin });
    },
  } as const;
}

Deno.test("Registry loads a plugin when it is first asked for, and once", async () => {
  const count = { loads: 0 };
  const registry = new Registry([entry(shout, count)]);
  assertEquals(registry.names("formatter"), ["shout"]);
  assertEquals(registry.has("sink", "shout"), false);
  assertEquals(count.loads, 0);
  await registry.load("formatter", "shout");
  assertEquals((await registry.load("formatter", "shout")).summary, "Upper case");
  assertEquals(count.loads, 1);
});

Deno.test("Registry refuses a module that exports something else, with a typed error", async () => {
  for (const wrong of [undefined, { ...shout, name: "whisper" }, { ...shout, kind: "sink" }]) {
    await assertRejects(
      () => new Registry([entry(wrong)]).load("formatter", "shout"),
      { name: "PluginError", code: "not-a-plugin" },
    );
  }
});

Deno.test("Registry keeps the cause when a module fails to load", async () => {
  const cause = new Error("bad bytes");
  const registry = new Registry([{
    kind: "formatter",
    name: "shout",
    load: () => Promise.reject(cause),
  }]);
  await assertRejects(() => registry.load("formatter", "shout"), { code: "load-failed", cause });
});

Deno.test("Registry refuses two plugins of one name", () => {
  assertThrows(() => new Registry([entry(shout), entry(shout)]));
});

Deno.test("checkPluginConfig() gives what the schema made of it, or reports each mistake", () => {
  const report = new Report();
  assertEquals(checkPluginConfig(shout, { mark: "!" }, { report }), { mark: "!" });
  assertEquals(report.diagnostics.length, 0);
  assertEquals(checkPluginConfig(shout, { mark: 3 }, { report }), undefined);
  assertObjectMatch(report.diagnostics[0]!, { code: "C014", severity: "error" });
});

Deno.test("Registry.eventSource() names the source whose events a plugin delivers", () => {
  const load = () => Promise.reject(new Error("not asked for"));
  const registry = new Registry([
    { kind: "source", name: "syscall", load },
    { kind: "source", name: "replay", standsInFor: "syscall", load },
  ]);
  assertEquals(["syscall", "replay", "k8s_audit"].map((name) => registry.eventSource(name)), [
    "syscall",
    "syscall",
    "k8s_audit",
  ]);
  assertEquals(registry.eventSources(), ["syscall"]);
});
