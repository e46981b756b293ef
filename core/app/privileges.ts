/** What a run needs of its rights once everything is attached and open; the rest is given up. */
import { dirname } from "node:path";
import { NativeError, privileges } from "../../ffi/mod.ts";
import type { Logger, Registry } from "../plugin/mod.ts";
import type { Guests } from "../plugin/third_party/guests.ts";
import type { PrivilegeSettings } from "./config/privileges.ts";
import type { Config } from "./config/schema.ts";
import type { Settings } from "./config/settings.ts";

type Capability = privileges.Capability;

/**
 * `SYS_PTRACE`: programs, directories and roots of processes in /proc, whoever they belong to.
 * `DAC_READ_SEARCH`: environments there, accounts in containers, rule files that only others may read.
 */
const ALWAYS: readonly Capability[] = ["CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"];
/** Since Linux 5.19 what is loaded can be used without them; before it, no map can be read. */
const FOR_BPF: readonly Capability[] = ["CAP_BPF", "CAP_PERFMON"];
/** What a process needs to start another one that has nothing. */
const FOR_CONFINING: readonly Capability[] = ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"];
/** falcod's own files may be open to root alone; what ends programs of plugins has to be able to. */
const FOR_STARTING: readonly Capability[] = ["CAP_DAC_READ_SEARCH", "CAP_KILL"];

export interface RunSettings {
  readonly config: Config;
  readonly settings: Settings;
  readonly registry: Registry;
  /** Plugins that are libraries. */
  readonly natives: readonly unknown[];
  readonly guests: Pick<Guests, "statuses">;
}

/** What falcod starts while it runs, and so what must be left for it. */
export type Starts =
  /** Nothing. */
  | "nothing"
  /** Itself, with less: plugins and helpers in processes of their own. */
  | "itself"
  /** Programs of the user's, which may want anything. */
  | "programs"
  /** Libraries of others' run in this very process. */
  | "libraries";

/** What is kept and what is given up. */
export function planDrop(
  { keep, user }: PrivilegeSettings,
  needs: {
    readonly starts: Starts;
    /** Processes of plugins and helpers, which belong to other users, whatever else is started. */
    readonly hasOwnProcesses: boolean;
    readonly writesElsewhere: boolean;
    readonly keepsBpf: boolean;
  },
): privileges.Drop {
  const { starts, hasOwnProcesses, writesElsewhere, keepsBpf } = needs;
  const willBeRoot = (user?.userId ?? Deno.uid()) === 0;
  const wanted = keep.filter((name): name is Capability =>
    (privileges.CAPABILITIES as readonly string[]).includes(name)
  );
  return {
    keep: [
      ...ALWAYS,
      ...keepsBpf ? FOR_BPF : [],
      ...writesElsewhere ? ["CAP_DAC_OVERRIDE" as const] : [],
      // It has to be able to end them.
      ...hasOwnProcesses ? ["CAP_KILL" as const] : [],
      ...wanted,
    ],
    ...starts === "itself" && { forPrograms: FOR_CONFINING },
    // Programs of who is not root have nothing that is not handed to them.
    ...hasOwnProcesses && !willBeRoot && { handOn: [...FOR_CONFINING, ...FOR_STARTING] },
    ...starts === "nothing" && { forPrograms: [] },
    noNewPrivileges: starts === "nothing",
    ...user && { user },
  };
}

/**
 * Gives up what the run does not need. Where the kernel does not let it, that is told; rejects only when
 * falcod would go on as a user that it was not to be.
 */
export async function giveUpPrivileges(run: RunSettings, log: Logger): Promise<void> {
  const wanted = run.settings.privileges;
  if (!wanted.drop && wanted.user === undefined) return;
  const { starts, hasOwnProcesses } = await startsOf(run);
  if (starts === "libraries" && wanted.user === undefined) {
    log.info("privileges: all are kept, plugins that are libraries may need them");
    return;
  }
  const plan = planDrop(wanted, {
    starts,
    hasOwnProcesses,
    writesElsewhere: writesElsewhere(run),
    keepsBpf: isOlderThan(Deno.osRelease(), 5, 19),
  });
  try {
    await privileges.dropPrivileges(plan);
    log.info(`privileges: ${privilegesText(privileges.readPrivileges())}`);
  } catch (error) {
    if (!(error instanceof NativeError) || wanted.user !== undefined) throw error;
    log.warning(`privileges are kept: ${error.title}; ${error.help}`);
  }
}

/** Secrets of webhooks and of what was captured belong into no core dump. */
export function hideMemory(log: Logger): void {
  try {
    privileges.hideMemory();
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    log.warning(`${error.title}; ${error.help}`);
  }
}

export type OwnPrivileges = Pick<
  privileges.Privileges,
  "userId" | "capabilities" | "noNewPrivileges"
>;

/** As they are now; absent where /proc does not tell. */
export function ownPrivileges(): OwnPrivileges | undefined {
  try {
    const { userId, capabilities, noNewPrivileges } = privileges.readPrivileges();
    return { userId, capabilities, noNewPrivileges };
  } catch {
    return undefined;
  }
}

/** In one line, for the log and for people. */
export function privilegesText(state: privileges.Privileges): string {
  const { userId, capabilities, bounding, noNewPrivileges } = state;
  const programs = noNewPrivileges
    ? `get none${capabilities.length > 0 ? " beyond these" : ""}`
    : `can have ${capabilitiesText(bounding)}`;
  return `kept ${capabilitiesText(capabilities)}, as user ${userId}; ` +
    `programs that falcod starts ${programs}`;
}

function capabilitiesText(names: readonly Capability[]): string {
  if (names.length === privileges.CAPABILITIES.length) return "all capabilities";
  return names.join(", ") || "none";
}

/** Of what is there now: what falco.yaml lists and nobody loads needs nothing. */
export async function startsOf(
  { settings, registry, natives, guests }: Pick<RunSettings, "registry" | "natives" | "guests"> & {
    readonly settings: Pick<Settings, "sinks">;
  },
): Promise<{ readonly starts: Starts; readonly hasOwnProcesses: boolean }> {
  const kinds = new Set<Starts>();
  if (natives.length > 0) kinds.add("libraries");
  for (const { name } of settings.sinks) {
    const plugin = await registry.load("sink", name);
    if (plugin.runsPrograms) kinds.add("programs");
    if (plugin.helper) kinds.add("itself");
  }
  // All that are loaded have been made by now.
  if (guests.statuses().some(({ isIsolated }) => isIsolated)) kinds.add("itself");
  const most = (["libraries", "programs", "itself"] as const).find((kind) => kinds.has(kind));
  return { starts: most ?? "nothing", hasOwnProcesses: kinds.has("itself") };
}

/** Files, folders and sockets that are named absolutely, anywhere in the parts of plugins. */
function writesElsewhere({ config, settings }: RunSettings): boolean {
  const { metrics, capture } = config;
  const paths = [
    ...[...settings.sinks, ...settings.sources, ...settings.containerEngines]
      .flatMap((wired) => [...pathsIn(wired.config, 0)]),
    ...settings.sinks.flatMap(({ options }) => [...pathsIn(options, 0)]),
    ...metrics.enabled ? [metrics.output_file] : [],
    ...capture.enabled ? [capture.path_prefix] : [],
  ];
  return paths.some((path) => isElsewhere(path) || isElsewhere(dirname(path)));
}

const MAX_DEPTH = 4;

function* pathsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === "string") {
    const [, path] = /^(?:unix:(?:\/\/)?)?(\/.*)$/.exec(value) ?? [];
    if (path !== undefined) yield path;
  }
  if (typeof value !== "object" || value === null || depth === MAX_DEPTH) return;
  for (const inner of Object.values(value)) yield* pathsIn(inner, depth + 1);
}

const WORLD_WRITABLE = 0o002;

/** Something that belongs to another user, who alone may write there. */
function isElsewhere(path: string): boolean {
  try {
    const { uid, mode } = Deno.statSync(path);
    return uid !== Deno.uid() && ((mode ?? 0) & WORLD_WRITABLE) === 0;
  } catch {
    return false;
  }
}

function isOlderThan(release: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = release.split(".").map((part) => parseInt(part, 10));
  return first < major || (first === major && second < minor);
}
