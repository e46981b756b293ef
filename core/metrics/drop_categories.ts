/** Falco's classes of lost events, which its alerts and metrics count apart. */
import { eventType } from "../event/mod.ts";

/** libs driver/main.c drops_buffer_syscall_categories_counters. */
const CATEGORIES: Readonly<Record<string, ReadonlySet<string>>> = {
  clone_fork: new Set(["clone", "clone3", "fork", "vfork"]),
  execve: new Set(["execve", "execveat"]),
  connect: new Set(["connect"]),
  open: new Set(["open", "creat", "openat", "openat2", "open_by_handle_at"]),
  dir_file: new Set([
    ...["dup", "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat"],
    ...["link", "linkat", "mkdir", "mkdirat", "mount", "umount", "umount2"],
    ...["rename", "renameat", "renameat2", "rmdir", "symlink", "symlinkat", "unlink", "unlinkat"],
  ]),
  other_interest: new Set([
    ...["bpf", "setpgid", "ptrace", "seccomp", "setns", "setresgid", "setresuid", "setsid"],
    ...["unshare", "capset", "keyctl"],
  ]),
  close: new Set(["close"]),
  proc: new Set(["procexit"]),
};

/** How many of the lost events, by the code of their type, are of each category; all categories. */
export function dropsByCategory(lostTypes: ReadonlyMap<number, number>): Map<string, number> {
  const sums = new Map(Object.keys(CATEGORIES).map((category) => [category, 0]));
  for (const [type, lost] of lostTypes) {
    const name = eventType(type)?.name ?? "";
    for (const [category, names] of Object.entries(CATEGORIES)) {
      if (names.has(name)) sums.set(category, sums.get(category)! + lost);
    }
  }
  return sums;
}
