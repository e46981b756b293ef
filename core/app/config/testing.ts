/** What tests of settings share. */
import { Report, SourceText } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { checkConfig } from "./check.ts";
import { readConfigText } from "./load.ts";
import { type SettingOverrides, settingsOf } from "./settings.ts";
import type { MappingNode } from "./tree.ts";

const none: SettingOverrides = { rulePaths: [], scopeProcessId: undefined };

/** Those of a falco.yaml, with the codes of what is said of it. */
export function settings(yaml: string, overrides: Partial<SettingOverrides> = {}) {
  const report = new Report();
  const source = new SourceText("falco.yaml", yaml);
  const root = readConfigText(source, { environment: () => undefined, report }) as MappingNode;
  const config = checkConfig(root, new Report());
  const loaded = { config, root, files: ["falco.yaml"] };
  const result = settingsOf(loaded, { ...none, ...overrides }, {
    registry: new Registry([]),
    report,
  });
  const codes = report.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
  return { ...result, codes };
}

/** With which nothing is said of it. */
export const usual = "rules_files: [a.yaml]\nstdout_output: {enabled: true}\n";
