/** What the process of a plugin may do: handed to it on its command line, by falcod alone. */
import type { PluginPermissions } from "../permissions.ts";

export interface IsolationPolicy {
  readonly permissions: PluginPermissions;
  /** User and group that it becomes, when falcod is root. */
  readonly userId: number;
  /** Of all that it keeps in memory. */
  readonly memoryBytes: number;
  /** What the runtime itself reads to start: nothing in a single binary. */
  readonly runtimeFolders: readonly string[];
}

const LISTS = ["net", "read", "write", "env", "run", "ffi"] as const;

/** Undefined for what falcod has not written. */
export function readPolicy(text: string): IsolationPolicy | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value["permissions"])) return undefined;
  const { permissions, userId, memoryBytes, runtimeFolders } = value;
  const lists = [runtimeFolders, ...LISTS.map((name) => permissions[name])];
  const numbers = [userId, memoryBytes];
  const isPolicy = lists.every(isListOfTexts) &&
    numbers.every((number) => Number.isSafeInteger(number) && Number(number) > 0);
  return isPolicy ? value as unknown as IsolationPolicy : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

/** What stands between the plugin and the machine, besides the permissions of its worker. */
export interface Walls {
  /** Version of Landlock; 0: the kernel has none. */
  readonly landlock: number;
  readonly seccomp: boolean;
  /** Not falcod's own user. */
  readonly user: boolean;
}

/** Users from here on are nobody's; those of systemd and of containers are below. */
const FIRST_USER = 1_900_000_000, USERS = 10_000_000;

/** The same for the same plugin at every start, so that folders can be given to it. */
export function userIdOf(plugin: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < plugin.length; at++) {
    hash = Math.imul(hash ^ plugin.charCodeAt(at), 0x01000193) >>> 0;
  }
  return FIRST_USER + hash % USERS;
}

/** Ports of TCP that `net` leads to; absent: all. */
export function portsOf(net: readonly string[]): readonly number[] | undefined {
  if (net.includes("*")) return undefined;
  return [...new Set(net.map((address) => Number(/:(\d+)$/.exec(address)?.[1] ?? 0)))];
}

/** For a worker of the plugin's process. */
export function workerPermissions(
  { net, read, write, env, run, ffi }: PluginPermissions,
): Deno.PermissionOptionsObject {
  return {
    net: net.includes("*") ? true : [...net],
    read: [...read],
    write: [...write],
    env: [...env],
    run: [...run],
    ffi: [...ffi],
    sys: false,
    import: [],
  };
}
