/**
 * `falcod isolated-plugin`: the process of a plugin. Only falcod itself starts it, twice over: `confine`
 * takes the rights away that only a first thread can take away for all, and becomes `guest`, which gives
 * up the rest when everything is loaded, and only then lets the plugin in.
 */
import { setFlagsFromString } from "node:v8";
import { confine, privileges } from "../../../ffi/mod.ts";
import { ownProgram } from "../../base/own_program.ts";
import { hostGuest } from "../../plugin/isolated/host_of_guest.ts";
import { type IsolationPolicy, portsOf, readPolicy } from "../../plugin/isolated/policy.ts";
import { ISOLATED_COMMAND } from "../../plugin/isolated/process_link.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";

/** Where names of hosts are looked up. */
const NAME_FILES = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/host.conf",
  "/etc/gai.conf",
  "/etc/services",
];
/** Where the loader finds libraries. */
const LIBRARIES = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];
/** What the kernel runs in front of every program. */
const LOADERS = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
const LOADER_FILES = ["/etc/ld.so.cache", "/etc/ld.so.preload"];
/** Random numbers, and what the runtime asks of itself. */
const OWN_FILES = ["/dev/urandom", "/dev/null", "/proc/self"];

/** V8 reserves so much for each of its isolates, and writes to little of it. */
const RESERVED_BYTES = 2 ** 31;
const OPEN_FILES = 256;
/** The runtime's own are a dozen, and some for each CPU. */
const THREADS = 64;

export interface IsolatedPluginRequest {
  readonly stage: string;
  readonly policy: string;
  /** Of the stage `guest`: the version of Landlock it is behind. */
  readonly landlock: string | undefined;
}

export async function isolatedPluginCommand(
  { stage, policy: policyText, landlock = "0" }: IsolatedPluginRequest,
  host: Host,
): Promise<number> {
  const policy = readPolicy(policyText);
  const isStage = stage === "confine" || stage === "guest";
  if (!policy || !isStage || !/^\d{1,3}$/.test(landlock)) {
    host.error.write(
      `falcod: "falcod ${ISOLATED_COMMAND}" is what falcod itself starts for each plugin, and its ` +
        "arguments are falcod's own\n  falcod plugin --help tells how plugins are installed and tried\n",
    );
    return EXIT_FAILURE;
  }
  if (stage === "confine") becomeGuest(policy, policyText);
  const walls = { landlock: Number(landlock), ...await giveUpRights(policy) };
  try {
    await hostGuest(policy, walls);
    return EXIT_OK;
  } catch (error) {
    host.error.write(`${error instanceof Error ? error.message : error}\n`);
    return EXIT_FAILURE;
  }
}

function becomeGuest(policy: IsolationPolicy, policyText: string): never {
  const { net, read, write, run, ffi, env } = policy.permissions;
  confine.leaveTerminal();
  confine.giveWay();
  confine.refuseNewPrivileges();
  const program = ownProgram();
  const ports = portsOf(net);
  const isRestricted = confine.restrictFiles({
    read: [
      ...policy.runtimeFolders,
      ...LIBRARIES,
      ...LOADER_FILES,
      ...OWN_FILES,
      ...net.length > 0 ? NAME_FILES : [],
      ...read,
      ...ffi,
    ],
    write: ["/dev/null", ...write],
    execute: [program.path, ...LOADERS, ...run],
    ...ports && { tcpPorts: ports },
  });
  const environment: Record<string, string> = {};
  for (const name of [...env, ...RUNTIME_VARIABLES]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  const landlock = isRestricted ? String(confine.landlockVersion()) : "0";
  const args = [...offline(program.args), ISOLATED_COMMAND, "guest", policyText, landlock];
  return confine.becomeProgram(program.path, args, environment);
}

/** What tells `deno run` where its cache is. */
const RUNTIME_VARIABLES = ["DENO_DIR"];

/** From source, a literal import could fetch whatever it names; a binary fetches nothing. */
function offline(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  return first === "run" ? [first, "--cached-only", "--no-remote", ...rest] : args;
}

/** The plugin's own user, without any capability; false where it stays who it is, without any, too. */
async function becomeNobody(userId: number): Promise<boolean> {
  const isRoot = Deno.uid() === 0;
  if (isRoot && confine.becomeUser(userId)) return true;
  const { capabilities } = privileges.readPrivileges();
  // falcod has become another user itself, and has handed this on.
  const canChange = (["CAP_SETUID", "CAP_SETGID"] as const)
    .every((name) => capabilities.includes(name));
  const user = { userId, groupId: userId, groups: [] };
  // It is root that may not become another, or somebody with rights: they came along.
  if (isRoot || capabilities.length > 0) {
    const isOther = canChange && !isRoot;
    const drop = { keep: [], noNewPrivileges: true };
    await privileges.dropPrivileges({ ...drop, ...isOther && { user } });
    return isOther;
  }
  return false;
}

async function giveUpRights(policy: IsolationPolicy) {
  const { permissions: { net, read, write, run, ffi }, userId, memoryBytes } = policy;
  for (const name of RUNTIME_VARIABLES) Deno.env.delete(name);
  setFlagsFromString(`--max-old-space-size=${Math.ceil(memoryBytes / 2 ** 20)}`);
  confine.limitProcess({
    dataBytes: RESERVED_BYTES + memoryBytes,
    openFiles: OPEN_FILES,
    threads: THREADS + 4 * navigator.hardwareConcurrency,
  });
  const user = await becomeNobody(userId);
  confine.dieWithParent();
  const seccomp = confine.refuseCalls({
    net: net.length > 0,
    run: run.length > 0,
    files: [net, read, write, run, ffi].some((granted) => granted.length > 0),
  });
  return { seccomp, user };
}
