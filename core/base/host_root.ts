/**
 * Where the host's files are for a falcod that runs in a container: below HOST_ROOT, as for Falco.
 * Facts: falcosecurity/libs userspace/libscap/scap_platform_util.c and the container plugin.
 */

const PROC = "/proc";
/** PROC_PID_INIT_INO: the namespace that sees every process. linux v6.8 include/linux/proc_ns.h */
const INITIAL_PID_NAMESPACE = "pid:[4026531836]";

/** An absolute path without a slash at its end; "" where falcod sees the host as it is. */
export function hostRoot(
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): string {
  const root = environment("HOST_ROOT")?.replace(/\/+$/, "") ?? "";
  return root.startsWith("/") ? root : "";
}

/** A path of the host as falcod can open it. One that is below the root already stays as it is. */
export function onHost(path: string, root = hostRoot()): string {
  return root === "" || path === root || path.startsWith(`${root}/`) ? path : root + path;
}

/** The host's /proc, with a look at whether it is mounted there. */
export function hostProc(root = hostRoot()): string {
  const proc = onHost(PROC, root);
  return proc === PROC || processIdIn(proc) !== undefined ? proc : PROC;
}

/** What this process is called where that /proc comes from; absent when none is mounted there. */
export function processIdIn(proc: string): number | undefined {
  try {
    const id = Number(Deno.readLinkSync(`${proc}/self`));
    return Number.isInteger(id) && id > 0 ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Whether that /proc shows every process of the machine; undefined: nobody may look. */
export function showsAllProcesses(proc: string): boolean | undefined {
  try {
    return Deno.readLinkSync(`${proc}/1/ns/pid`) === INITIAL_PID_NAMESPACE;
  } catch {
    return undefined;
  }
}

/** Files below HOST_ROOT that names of users and groups come from. */
const NAME_FILES = ["/etc/passwd", "/etc/group"];

/** What is to be told when HOST_ROOT is a folder that the host's files were not mounted into. */
export function hostRootTrouble(root = hostRoot()): string | undefined {
  if (root === "") return undefined;
  const missing = NAME_FILES.filter((path) => !isThere(onHost(path, root)));
  if (missing.length === 0) return undefined;
  return `HOST_ROOT is "${root}", and there is no ${
    missing.join(" and no ")
  } below it: names of users ` +
    `or groups stay unknown; mount the host's /etc at ${root}/etc, or unset HOST_ROOT`;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
