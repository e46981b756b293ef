/** Reads configurations of falcosidekick, with all sinks that there are. */
import { assert } from "../assert.ts";
import { builtinPlugins } from "../../plugins/mod.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import { Registry } from "../../core/plugin/mod.ts";
import { sidekickFile } from "../../core/app/sidekick/file.ts";
import { settingsOf, type SidekickSettings } from "../../core/app/sidekick/settings.ts";

export const registry = new Registry(builtinPlugins);

export async function load(text: string, environment: Readonly<Record<string, string>> = {}) {
  const report = new Report();
  const source = new SourceText("config.yaml", text);
  const file = sidekickFile(source, { environment: (name) => environment[name], report })!;
  return { settings: await settingsOf(file, { registry, report }), report };
}

/** What the sink of a name is told, secrets and all. */
export function configOf({ sinks }: SidekickSettings, label: string): Record<string, unknown> {
  const sink = sinks.find((sink) => sink.label === label);
  assert(sink, `${label} is none of ${sinks.map(({ label }) => label)}`);
  return structuredClone(sink.config) as Record<string, unknown>;
}

/** Codes, titles and helps of what was said. */
export function told(report: Report): string[] {
  return report.diagnostics.map(({ code, title, help }) => `${code} ${title} (${help})`);
}
