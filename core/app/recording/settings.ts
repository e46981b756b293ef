/** What of a configuration a recording goes by. */
import { type Diagnostic, type Report, toFile } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { loadConfig } from "../config/load.ts";
import { OUTPUTS } from "../config/outputs.ts";
import { type Settings, settingsOf, type Wired } from "../config/settings.ts";
import { type ConfigNode, type MappingNode, nodeAt } from "../config/tree.ts";
import type { Host } from "../host.ts";

export interface RecordingConfig {
  readonly configPath: string | undefined;
  /** `-o`, in order. */
  readonly options: readonly string[];
  readonly scopeProcessId: number | undefined;
}

export interface RecordingSettings {
  readonly settings: Settings;
  /** The source of system calls, of which nothing is left out in the kernel. */
  readonly source: Wired;
  readonly registry: Registry;
}

const SOURCE = "syscall";
const THIS_MACHINE = "engine.kind=modern_ebpf";
/** No alerts go anywhere, and nobody is to be told that. */
const NO_OUTPUT_MISSED = "stdout_output.enabled=true";
const NO_RULES = "/dev/null";

/** Rules are of no interest, what is configured of sources and containers is. */
export function recordingSettings(
  { configPath, options, scopeProcessId }: RecordingConfig,
  host: Host,
  report: Report,
): RecordingSettings {
  const registry = new Registry(host.plugins);
  const said = report.part();
  const loaded = loadConfig({
    path: configPath,
    options: [...options, THIS_MACHINE, NO_OUTPUT_MISSED],
    environment: (name) => host.environment(name),
    rulesFolder: host.rulesFolder,
  }, said);
  const overrides = { rulePaths: [NO_RULES], scopeProcessId };
  // What follows from a file that nobody can read, or a variable that is not set, is no second mistake.
  const found = said.part();
  const settings = settingsOf(loaded, overrides, { registry, report: found });
  said.absorb(found, (problem) => loaded.isConsequence?.(problem) ? undefined : problem);
  report.absorb(said, (problem) => isOfOutputs(problem, loaded.root) ? undefined : problem);
  return { settings, source: sourceOf(settings, scopeProcessId), registry };
}

/** What only warns of them is nothing to whoever makes no alerts. */
function isOfOutputs({ severity, at }: Diagnostic, root: MappingNode): boolean {
  if (severity === "error" || !at) return false;
  const { source, start } = toFile(at);
  return OUTPUTS.some((key) => {
    const node = nodeAt(root, [key]);
    return node !== undefined && covers(node, { name: source.name, start });
  });
}

/** What several files say together is in all of them. */
function covers(
  node: ConfigNode,
  place: { readonly name: string; readonly start: number },
): boolean {
  const { source, start, end } = toFile(node.at);
  if (source.name === place.name && start <= place.start && place.start < end) return true;
  if (node.kind === "sequence") return node.items.some((item) => covers(item, place));
  return node.kind === "mapping" &&
    [...node.entries.values()].some(({ value }) => covers(value, place));
}

function sourceOf({ sources }: Settings, scopeProcessId: number | undefined): Wired {
  const configured = sources.find(({ name }) => name === SOURCE)?.config as object | undefined;
  const config = {
    ...configured,
    kernelFilter: false,
    ...scopeProcessId !== undefined && { scopeProcessId },
  };
  return { kind: "source", name: SOURCE, config };
}
