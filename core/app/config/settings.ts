/** What falco.yaml asks for, in the terms of what falcod has; what it cannot have is reported. */
import type { Report } from "../../base/mod.ts";
import type { PluginKind, Registry } from "../../plugin/mod.ts";
import { checkCapturePlace } from "../recording/check_captures.ts";
import type { RulePath } from "../rules.ts";
import { excludedSyscalls } from "./base_syscalls.ts";
import {
  CONTAINER_PLUGIN,
  type ContainerSettings,
  containerSettings,
} from "./container_engines.ts";
import type { UserSocket } from "./engine_sockets.ts";
import { AUDIT_PLUGIN, auditSettings, isLoaded, K8S_AUDIT } from "./k8s_audit.ts";
import type { LoadedConfig } from "./load.ts";
import { type MetricsSettings, metricsSettings } from "./metrics.ts";
import type { WiredLibrary } from "./natives.ts";
import { type PrivilegeSettings, privilegeSettings } from "./privileges.ts";
import { formatterOf, sinksOf, type WiredSink } from "./outputs.ts";
import { NO_PLUGINS, type WiredPlugins } from "./plugins.ts";
import { nameMeant } from "./likely_meant.ts";
import { warnOfNotEnabled } from "./not_enabled.ts";
import { NO_DRIVER } from "./schema.ts";
import { type ConfigPath, isMistaken, nodeAt, placeOf, spellAsWritten } from "./tree.ts";

/** A plugin to create, with the part of the configuration that is its own. */
export interface Wired {
  readonly kind: PluginKind;
  readonly name: string;
  readonly config: unknown;
}

export interface Settings {
  readonly rulePaths: readonly RulePath[];
  readonly sources: readonly Wired[];
  readonly formatter: Wired;
  readonly sinks: readonly WiredSink[];
  readonly containerEngines: readonly Wired[];
  readonly containers: ContainerSettings;
  /** Absent: switched off. */
  readonly metrics: MetricsSettings | undefined;
  readonly privileges: PrivilegeSettings;
}

/** What only the command line says. */
export interface SettingOverrides {
  readonly rulePaths: readonly string[];
  readonly scopeProcessId: number | undefined;
  /** Of what was recorded: so much of it is played. Absent: all. */
  readonly seconds?: number | undefined;
  /** Which event sources are wanted; absent: all that the configuration has. */
  readonly sources?: SourceSelection | undefined;
}

/** `--enable-source`, or `--disable-source`. */
export interface SourceSelection {
  readonly kind: "only" | "without";
  readonly names: readonly string[];
}

export function settingsOf(
  loaded: LoadedConfig,
  overrides: SettingOverrides,
  options: {
    readonly registry: Registry;
    readonly report: Report;
    /** Plugins that are libraries. */
    readonly natives?: readonly WiredLibrary[];
    /** Packages of third parties. */
    readonly plugins?: WiredPlugins;
  },
): Settings {
  const { plugins = NO_PLUGINS } = options;
  checkPlugins(loaded, options.report);
  checkCapturePlace(loaded, options.report);
  warnOfNotEnabled(loaded, options.report);
  const containers = containerSettings(loaded.config);
  return {
    rulePaths: [
      ...plugins.rulePaths,
      ...rulePathsOf(loaded, { given: overrides.rulePaths, plugins }, options.report),
    ],
    sources: sourcesOf(
      loaded,
      { ...overrides, natives: options.natives ?? [], plugins },
      options.report,
    ),
    formatter: formatterOf(loaded.config),
    sinks: sinksOf(loaded, options),
    containerEngines: containerEnginesOf(loaded, containers),
    containers,
    metrics: metricsSettings(loaded, options.report),
    privileges: privilegeSettings(loaded, options.report),
  };
}

/** `-r` takes the place of the configured files. */
function rulePathsOf(
  { config, root }: LoadedConfig,
  { given, plugins }: { readonly given: readonly string[]; readonly plugins: WiredPlugins },
  report: Report,
): readonly RulePath[] {
  if (given.length > 0) return given.map((path) => ({ path, required: true }));
  const key = config.rules_files.length > 0 ? "rules_files" : "rules_file";
  if (config.rules_files.length > 0 && config.rules_file.length > 0) {
    report.add({
      code: "C013",
      title: `"rules_files" and "rules_file" are both set`,
      at: placeOf(root, ["rules_file"]),
      help: "move the files to rules_files",
      notes: [{ message: "rules_files stands here", at: placeOf(root, ["rules_files"]) }],
    });
  }
  const paths = config[key].map((path, index) => ({
    path,
    at: valueAt(root, [key, index]) ?? valueAt(root, [key]),
    required: false,
  })).filter(({ path }, index) => path !== "" || tellEmpty(root, [key, index], report));
  const isTold = isMistaken(root, ["rules_files"]) || isMistaken(root, ["rules_file"]);
  if (paths.length === 0 && plugins.rulePaths.length === 0 && !isTold) {
    report.add({
      code: "C013",
      title: "no rules: the configuration names no rules file",
      at: ["rules_files", key].flatMap((key) => root.entries.get(key)?.keyAt ?? [])[0],
      help:
        "list some under rules_files, as ${FALCOD_RULES}/falco_rules.yaml, or give them with -r",
    });
  }
  return paths;
}

/** Falco passes over it as over every name of no file; that there is no name is no such case. */
function tellEmpty(root: LoadedConfig["root"], path: ConfigPath, report: Report): false {
  // A list of one may stand without brackets.
  const written = nodeAt(root, path) ? path : path.slice(0, 1);
  report.add({
    code: "C004",
    severity: "warning",
    title: `"${spellAsWritten(root, written)}" wants a file or folder of rules, found nothing`,
    at: placeOf(root, written),
    help: "name one, or take the entry out",
  });
  return false;
}

function valueAt(root: LoadedConfig["root"], path: ConfigPath) {
  const node = nodeAt(root, path);
  return node?.kind === "scalar" ? node.at : undefined;
}

/** Drivers of Falco's that falcod takes its own probe for. */
const OTHER_DRIVERS: ReadonlySet<string> = new Set(["ebpf", "kmod", "module"]);

/** Those of the configuration that the command line leaves on. A capture is played alone. */
function sourcesOf(
  loaded: LoadedConfig,
  overrides: SettingOverrides & {
    readonly natives: readonly WiredLibrary[];
    readonly plugins: WiredPlugins;
  },
  report: Report,
): readonly Wired[] {
  const { natives, plugins } = overrides;
  const { kind } = loaded.config.engine;
  // As in Falco, a capture is played whichever sources are asked for.
  const selection = kind === "replay" ? undefined : overrides.sources;
  // Another plugin may have them from elsewhere.
  const isReplaced = natives.some(({ plugin }) => plugin.source?.name === K8S_AUDIT);
  const audit = kind === "replay" || isReplaced ? undefined : auditSettings(loaded, report);
  const added = kind === "replay" ? [] : [...natives.flatMap(sourceOfLibrary), ...plugins.sources];
  const there = [SYSCALL, ...audit ? [K8S_AUDIT] : [], ...added.map(({ name }) => name)];
  const wanted = there.filter((source) => isSelected(source, selection));
  const missing = selection?.kind === "only"
    ? selection.names.filter((name) => !there.includes(name))
    : [];
  for (const name of missing) {
    report.add({
      code: "C016",
      title: `event source "${name}" is asked for, and the configuration says nothing of it`,
      help: name === K8S_AUDIT ? "a plugin named k8saudit brings its events" : undefined,
    });
  }
  if (wanted.length === 0 && missing.length === 0) {
    const title = "the command line leaves no source of events";
    report.add({ code: "C016", title, help: `there are: ${there.join(", ")}` });
  }
  const sources: Wired[] = [];
  // Whoever means to watch audit events only has been told what is wrong with that.
  const isAuditBroken = !audit && isLoaded(loaded.config, AUDIT_PLUGIN);
  const isPluginBroken = report.diagnostics.some(({ code }) => code === "C018");
  const isElsewhere = wanted.some((name) => name !== SYSCALL) || isAuditBroken || isPluginBroken;
  const isKernelOff = kind === "nodriver" && isElsewhere;
  if (wanted.includes(SYSCALL) && !isKernelOff) {
    sources.push(...kernelSource(loaded, overrides, report));
  }
  if (audit && wanted.includes(K8S_AUDIT)) {
    sources.push({ kind: "source", name: K8S_AUDIT, config: audit });
  }
  return [...sources, ...added.filter(({ name }) => wanted.includes(name))];
}

function sourceOfLibrary({ plugin, openParams }: WiredLibrary): readonly Wired[] {
  return plugin.source
    ? [{ kind: "source", name: plugin.source.name, config: { openParams } }]
    : [];
}

const SYSCALL = "syscall";

function isSelected(source: string, selection: SourceSelection | undefined): boolean {
  return !selection || selection.names.includes(source) === (selection.kind === "only");
}

/** System calls, live or out of a capture. */
function kernelSource(
  loaded: LoadedConfig,
  { scopeProcessId, seconds }: SettingOverrides,
  report: Report,
): readonly Wired[] {
  const { config, root } = loaded;
  const { engine } = config;
  const at = valueAt(root, ["engine", "kind"]);
  const excluded = excludedSyscalls(loaded, report);
  // Where a mistake leaves nothing to watch, rules are looked at all the same.
  const live = liveSource(config, scopeProcessId, excluded);
  switch (engine.kind) {
    case "nodriver":
      report.add({
        code: "C016",
        title: `"engine.kind" nodriver leaves no source of events`,
        at,
        help: "use modern_ebpf, or have a plugin named k8saudit bring audit events",
      });
      return [live];
    case "replay": {
      const captureFile = engine.replay.capture_file ?? "";
      if (captureFile === "") {
        if (!isMistaken(root, ["engine", "replay"])) {
          report.add({
            code: "C016",
            title: `"engine.kind" replay leaves open which capture file`,
            at: nodeAt(root, ["engine", "replay", "capture_file"])?.at ?? at,
            help: "name it under engine.replay.capture_file",
          });
        }
        return [live];
      }
      const replay = { captureFile, ...seconds !== undefined && { seconds } };
      return [{ kind: "source", name: "replay", config: replay }];
    }
    case "gvisor":
      report.add({
        code: "C016",
        title: "gVisor cannot be watched",
        at,
        help: "use modern_ebpf to watch this machine",
      });
      return [live];
    default: {
      if (OTHER_DRIVERS.has(engine.kind)) {
        report.add({
          code: "C007",
          severity: "info",
          title: `"engine.kind" ${engine.kind} is without effect: ${NO_DRIVER}`,
          at,
          help: "write modern_ebpf",
        });
      }
      return [live];
    }
  }
}

function liveSource(
  { engine, syscall_buf_size_preset, syscall_drop_failed_exit, falco_libs }: LoadedConfig["config"],
  scopeProcessId: number | undefined,
  excluded: readonly string[],
): Wired {
  const { modern_ebpf, ebpf, kmod, falcod } = engine;
  const drivers = { ebpf, kmod, module: kmod };
  const driver = drivers[engine.kind as keyof typeof drivers] ?? modern_ebpf;
  const preset = driver.buf_size_preset ?? syscall_buf_size_preset;
  const source: Record<string, unknown> = {};
  if (!falcod.kernel_filter) source.kernelFilter = false;
  if (preset !== undefined) source.bufferPreset = preset;
  if (scopeProcessId !== undefined) source.scopeProcessId = scopeProcessId;
  if (driver.drop_failed_exit || syscall_drop_failed_exit) source.dropFailed = true;
  if (falco_libs.snaplen > 0) source.dataLimit = falco_libs.snaplen;
  if (excluded.length > 0) source.excludedSyscalls = excluded;
  return { kind: "source", name: "syscall", config: source };
}

/** Without a socket to ask, containers keep what their cgroup says. */
function containerEnginesOf(
  { config }: LoadedConfig,
  settings: ContainerSettings,
): readonly Wired[] {
  // Those of this machine know nothing of a recording's containers.
  if (config.engine.kind === "replay" || settings.onlyContainer) return [];
  const { docker, dockerOfUsers, podman, podmanOfUsers, cri, containerd, labelMaxLength } =
    settings;
  const ofUsers = (userSockets: readonly UserSocket[]) => userSockets.length > 0 && { userSockets };
  const wired = (name: string, config: Readonly<Record<string, unknown>>): Wired => ({
    kind: "container_engine",
    name,
    config: { ...config, labelMaxLength },
  });
  return [
    ...docker.length > 0
      ? [wired("docker", { engine: "docker", sockets: docker, ...ofUsers(dockerOfUsers) })]
      : [],
    ...podman.length > 0
      ? [wired("docker", { engine: "podman", sockets: podman, ...ofUsers(podmanOfUsers) })]
      : [],
    ...cri.length + containerd.length > 0
      ? [wired("grpc", { criSockets: cri, containerdSockets: containerd })]
      : [],
  ];
}

/** `load_plugins` names what stands under `plugins`; whoever loads those tells what is wrong with them. */
function checkPlugins(
  { config, root }: LoadedConfig,
  report: Report,
): void {
  if (isMistaken(root, ["plugins"])) return;
  const names = config.plugins.map((plugin) => plugin.name);
  const defined = new Set(names);
  for (const [index, name] of (config.load_plugins ?? []).entries()) {
    if (defined.has(name) || name === CONTAINER_PLUGIN) continue;
    report.add({
      code: "C015",
      title: `"load_plugins" asks for "${name}", which is not under "plugins"`,
      at: valueAt(root, ["load_plugins", index]) ?? valueAt(root, ["load_plugins"]),
      help: nameMeant(name, names) ?? "add it there with its library_path",
    });
  }
}
