/** A small machine with a handful of processes, files and containers, and rules about all of them. */
import type { StateChange } from "../../core/event/mod.ts";
import type { Ruleset } from "../../core/rule/mod.ts";
import { credentials, membership } from "../../core/state/testing.ts";
import { corpusPath, readCorpus } from "../corpus.ts";
import type { RecordWriter } from "../records.ts";
import { rulesetOf } from "../ruleset.ts";
import type { Random } from "./random.ts";

const NAMES = ["bash", "sh", "nginx", "cat", "mysqld", "runc", "sshd", "dpkg", "python3", "vi"];
const FOLDERS = ["/usr/bin", "/tmp", "/dev/shm", "/usr/sbin", "/opt/app"];
export const FILES = [
  "/etc/shadow",
  "/etc/passwd",
  "/etc/sudoers",
  "/etc/pam.conf",
  "/root/.ssh/id_rsa",
  "/root/.bash_history",
  "/usr/bin/ls",
  "/bin/ls",
  "/dev/null",
  "/dev/shm/x",
  "/proc/self/maps",
  "/var/lib/rpm/Packages",
  "/home/u/.aws/credentials",
  "/a/b.rpm",
  "relative",
  "../etc/shadow",
];
export const CONTAINER = "0123456789abcdef".repeat(4);
const CGROUPS = ["/", "/user.slice", `/docker/${CONTAINER}`];
export const IDS = [100, 101, 102, 103, 104, 105];
/** O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_CREAT | O_TRUNC, O_DIRECTORY */
const OPEN_FLAGS = [0, 1, 2, 0o1101, 0o200000];
const SYS_CONNECT = 42,
  SYS_UNLINKAT = 263,
  SYS_SYMLINKAT = 266,
  SYS_RENAMEAT = 264,
  SYS_MKDIRAT = 258,
  SYS_PTRACE = 101,
  SYS_DUP2 = 33;
const AT_FDCWD = -100n;

/** Conditions that mix what depends on the event, the path, the process, and on none of them alone. */
const MIXED = [
  "evt.type = openat and fd.name startswith /etc and proc.name in (cat, vi)",
  "evt.type in (open, openat) and not fd.directory = /etc and proc.pname = bash",
  "evt.type = openat and (proc.aname = sshd or fd.filename = shadow) and evt.is_open_write = true",
  "evt.type = openat and fd.name = val(proc.exepath)",
  "evt.type = openat and proc.name != bash and not proc.pname exists",
  "evt.type = openat and (fd.num < 0 or fd.typechar = d) and user.uid = 33",
  "evt.type = openat and basename(fd.name) in (ls, shadow, relative) and container.id != host",
  "evt.type = openat and container.name = web and container.image.repository exists",
  "evt.type = openat and (proc.nthreads > 1 or proc.sname = bash) and fd.name contains a",
  "evt.type = openat and not (proc.cmdline contains -i and fd.name endswith s)",
  "evt.type = openat and fd.nameraw startswith .. and proc.cwd = /tmp/",
  "evt.type = openat and toupper(proc.name) in (SH, CAT) and proc.tty != 0",
  "evt.type = openat and proc.aname[2] = sshd",
  "evt.type = execve and proc.is_exe_writable = true or evt.type = execve and proc.pname = nginx",
  "evt.type = connect and fd.sport in (22, 443) and fd.l4proto = tcp and user.name = root",
  "evt.type = unlinkat and fs.path.name startswith /etc and user.loginuid = -1",
  "evt.type = openat and evt.arg.flags contains O_CREAT and evt.arg.name startswith /etc",
  "evt.type = openat and evt.is_open_exec = true and fd.name != /etc/shadow",
  "evt.type = openat and (evt.rawres = 7 or fd.num in (4, -2)) and not evt.num = 0",
  "evt.type = openat and (evt.res = EACCES or fd.num >= 4) and evt.is_open_read = true",
  "evt.type in (openat, openat2) and evt.failed = true and fs.path.name contains shadow",
  "evt.type = unlinkat and (evt.arg.name = relative or evt.arg.flags contains DIR)",
  "evt.type in (renameat, mkdirat) and fs.path.target startswith /etc or fs.path.name = /a/b.rpm",
  "evt.type = renameat and evt.arg.newpath startswith /etc and proc.name in (cat, vi)",
  "evt.type = symlinkat and fs.path.target startswith /tmp",
  "evt.type = procexit and proc.name = cat",
  "evt.type != openat and proc.name = sh",
  "proc.name = sh or fd.name = /etc/shadow",
];

/**
 * Rules with those conditions, some of them negated. Of many rules some match nearly every event; only
 * where there are few is there much that none matches.
 */
export function rulesText(random: Random): string {
  const few = random.below(3) > 0;
  const some = few ? Array.from({ length: 3 }, () => random.pick(MIXED)) : MIXED;
  const conditions = some.map((condition) =>
    random.below(4) === 0 ? `not (${condition})` : condition
  );
  return conditions.map((condition, i) =>
    `- rule: r${i}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: NOTICE\n`
  ).join("");
}

const UPSTREAM = ["falco_rules", "falco-incubating_rules", "falco-sandbox_rules"];
/** Upstream's rules, where they are at hand. */
export const upstream: Ruleset | undefined = corpusPath("rules/current/falco_rules.yaml")
  ? rulesetOf(UPSTREAM.map((name) => readCorpus(`rules/current/${name}.yaml`)).join("\n"))
  : undefined;

export function randomChange(random: Random): StateChange {
  const id = random.pick(IDS);
  const ids = { threadId: id, processId: id };
  switch (random.below(5)) {
    case 0:
      return { kind: "comm", ...ids, comm: random.pick(NAMES) };
    case 1:
      return { kind: "credentials", ...ids, credentials: credentials(random.pick([0, 33, 1000])) };
    case 2:
      return { kind: "cwd", ...ids, cwd: random.pick(["/tmp", "/etc", "/"]) };
    case 3: {
      const cgroup = random.pick(CGROUPS);
      return {
        kind: "membership",
        ...ids,
        membership: membership(id, { cgroup, tty: random.below(2) }),
      };
    }
    default: {
      const child = random.pick(IDS);
      return {
        kind: "fork",
        ...ids,
        childThreadId: child + random.pick([0, 0, 1000]),
        childProcessId: child,
        childParentId: id,
        childVirtualPid: child,
        childVirtualTid: child,
        startClockNs: 0,
      };
    }
  }
}

/** One that nobody has opened before, mostly. */
function freshPath(random: Random): string {
  const name = random.pick(["", "/shadow", "s", ".rpm", "/.ssh/x"]);
  return `${random.pick([...FOLDERS, "/etc", "/root", "/proc"])}/${random.below(1e6)}${name}`;
}

/** Appends what a process of the machine does, and gives its place. */
export function randomRecord(random: Random, writer: RecordWriter, bootNs: number): number {
  const tgid = random.pick(IDS);
  const call = { tgid, bootNs };
  const kind = random.below(20);
  if (kind < 3) {
    const comm = random.pick(NAMES);
    return writer.exec({
      ...call,
      comm,
      argv: [comm, ...random.below(2) ? ["-i"] : []],
      exePath: `${random.pick(FOLDERS)}/${comm}`,
      parentId: random.pick([1, ...IDS]),
      uid: random.pick([0, 33]),
      cgroup: random.pick(CGROUPS),
    });
  }
  if (kind === 3) return writer.exit({ ...call, reaperId: random.pick([1, ...IDS]) });
  if (kind === 4) {
    const remote = [[10, 0, 0, 2], random.pick([22, 443, 6443])] as const;
    return writer.socket({ ...call, syscall: SYS_CONNECT, local: [[10, 0, 0, 1], 4000], remote });
  }
  if (kind === 5) {
    return writer.path({
      ...call,
      syscall: random.pick([SYS_UNLINKAT, SYS_MKDIRAT]),
      first: random.pick(FILES),
      firstBase: random.pick(["/", "/etc"]),
      result: random.pick([0, 0, -2]),
      args: [AT_FDCWD, 0n, random.pick([0n, 0x200n])],
    });
  }
  if (kind === 6) {
    const [first, second] = [random.pick(FILES), random.pick(FILES)];
    const syscall = random.pick([SYS_SYMLINKAT, SYS_RENAMEAT]);
    const args = [AT_FDCWD, AT_FDCWD, AT_FDCWD];
    return writer.path({ ...call, syscall, first, second, secondBase: "/", args });
  }
  if (kind === 7) return writer.call({ ...call, syscall: random.pick([SYS_PTRACE, SYS_DUP2]) });
  const given = random.below(3) === 0 ? freshPath(random) : random.pick(FILES);
  const elsewhere = random.below(4) === 0 ? random.pick(FILES) : given;
  const failed = random.below(6) === 0;
  return writer.open({
    ...call,
    given,
    base: given.startsWith("/") ? "" : random.pick(["/", "/etc"]),
    ...!failed && { resolved: elsewhere.startsWith("/") ? elsewhere : "/etc/shadow" },
    ...failed ? { result: random.pick([-2, -13]) } : { result: random.pick([3, 3, 4, 7]) },
    openFlags: random.pick(OPEN_FLAGS),
    mode: random.pick([0, 0o644, 0o755]),
  });
}
