/** All plugins of third parties of a run: how they are started, and how they are. */
import type { OwnProgram } from "../../base/own_program.ts";
import { GroupKeeper } from "../isolated/keeper.ts";
import { ownLink } from "../isolated/own_link.ts";
import { type IsolationPolicy, userIdOf, type Walls } from "../isolated/policy.ts";
import { processLink } from "../isolated/process_link.ts";
import { type GuestStatus, Supervisor } from "../isolated/supervisor.ts";
import type { PluginManifest, ThirdPartyKind } from "../manifest.ts";
import type { PluginPermissions } from "../permissions.ts";
import type { Logger } from "../plugin.ts";
import { Secret } from "../secret.ts";
import { GuestFormatter } from "./formatter.ts";

/** A package that is to be used, with what the operator allows it. */
export interface ThirdPartyPlugin {
  readonly manifest: PluginManifest;
  /** The module: bytes that have the manifest's hash. */
  readonly entry: Uint8Array;
  readonly permissions: PluginPermissions;
  /** It runs in falcod itself, and may do what falcod may. */
  readonly isTrusted: boolean;
  /** Of all that its process holds, and the programs it starts. */
  readonly memoryBytes: number;
  /** Of one CPU, for its process and the programs it starts. */
  readonly cpuShare: number;
}

export interface GuestsOptions {
  /** What to run for a plugin's process. */
  readonly program: OwnProgram;
  readonly environment: (name: string) => string | undefined;
  /** What the runtime reads to start, where it is no binary. */
  readonly runtimeFolders: readonly string[];
  /** Variables that the runtime needs to start. */
  readonly runtimeEnvironment: Readonly<Record<string, string>>;
  /** Calls what starts a process, so that the process can confine itself whoever falcod is by then. */
  readonly starting: <Process>(start: () => Process) => Process;
}

/** A runtime without a plugin has so much. */
const BASE_BYTES = 96 << 20;

export class Guests {
  readonly #options: GuestsOptions;
  #supervisors: Supervisor[] = [];
  readonly #formatters = new Map<string, GuestFormatter>();
  #keeper: GroupKeeper | undefined;
  /** Lines of plugins, and about them; nobody hears them before it is set. */
  log: Logger | undefined;

  constructor(options: GuestsOptions) {
    this.#options = options;
  }

  /** In the order in which they were made. */
  statuses(): readonly GuestStatus[] {
    return this.#supervisors.map((supervisor) => supervisor.status())
      .filter(({ state }) => state !== "stopped");
  }

  /** Lets go of all that are left; others may be made afterwards, for the next capture that is played. */
  async stop(): Promise<void> {
    this.#formatters.clear();
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.stop()));
    this.#keeper?.close();
    this.#keeper = undefined;
  }

  /** One for all whose lines look alike; it is there until the run ends. */
  formatter(plugin: ThirdPartyPlugin, config: unknown): GuestFormatter {
    const { name, version, sha256 } = plugin.manifest;
    const key = JSON.stringify([name, version, sha256, config]);
    const made = this.#formatters.get(key) ?? new GuestFormatter(this.add(plugin, config));
    this.#formatters.set(key, made);
    return made;
  }

  /** Makes one ready to be started; `config` is what its schema made of falco.yaml. */
  add(plugin: ThirdPartyPlugin, config: unknown): Supervisor {
    const { manifest, entry, isTrusted } = plugin;
    const { name, kind } = manifest;
    const log = this.#logOf(name);
    const isolated = !isTrusted && {
      checkWalls: (walls: Walls) => {
        refuseLowWalls(walls);
        tellMissingWall(walls, log);
      },
      bounds: { memoryBytes: BASE_BYTES + plugin.memoryBytes, cpuShare: plugin.cpuShare },
      granted: plugin.permissions,
      asked: manifest.permissions,
    };
    const supervisor = new Supervisor({
      name,
      kind,
      isIsolated: !isTrusted,
      log,
      start: {
        kind: kind as Exclude<ThirdPartyKind, "rules">,
        config: revealed(config),
        type: manifest.entry!.endsWith(".ts") ? "application/typescript" : "text/javascript",
      },
      entry,
      ...isolated,
      link: isTrusted ? ownLink : () => this.#process(plugin, log),
    });
    this.#supervisors = this.#supervisors.filter((one) => one.status().state !== "stopped");
    this.#supervisors.push(supervisor);
    return supervisor;
  }

  #process({ manifest, permissions, memoryBytes }: ThirdPartyPlugin, log: Logger) {
    const { program, environment, runtimeFolders, runtimeEnvironment, starting } = this.#options;
    const granted = permissions.env.flatMap((name) => {
      const value = environment(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const policy: IsolationPolicy = {
      permissions,
      userId: userIdOf(manifest.name),
      memoryBytes,
      runtimeFolders,
    };
    return processLink({
      program,
      starting,
      keeper: permissions.run.length > 0 ? this.#keeperOfGroups() : undefined,
      policy,
      environment: { ...Object.fromEntries(granted), ...runtimeEnvironment },
      onSaid: (line) => log.warning(`its process says: ${line}`),
    });
  }

  #keeperOfGroups(): GroupKeeper {
    const { program, runtimeEnvironment: environment, starting } = this.#options;
    const warn = (line: string) => this.log?.warning(line);
    return this.#keeper ??= new GroupKeeper({ program, environment, starting, warn });
  }

  #logOf(name: string): Logger {
    const line = (text: string) => `plugin ${name}: ${text}`;
    return {
      debug: (text) => this.log?.debug(line(text)),
      info: (text) => this.log?.info(line(text)),
      warning: (text) => this.log?.warning(line(text)),
      error: (text) => this.log?.error(line(text)),
    };
  }
}

/** A worker's permissions can be got around: something of the kernel's has to stand behind them. */
export function refuseLowWalls({ landlock, seccomp, user }: Walls): void {
  if (seccomp && (landlock > 0 || user)) return;
  throw new Error(
    "this machine cannot confine it: neither Landlock nor another user is to be had; " +
      "trusted: true in falco.yaml loads it without",
  );
}

function tellMissingWall({ landlock, user }: Walls, log: Logger): void {
  if (landlock === 0) {
    log.warning("this kernel has no Landlock: its user and the runtime alone keep it from files");
  } else if (!user && Deno.uid() === 0) {
    log.warning("it cannot be another user here, and is root without capabilities behind Landlock");
  }
}

/** Secrets go to the plugin they were written for, as text. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
