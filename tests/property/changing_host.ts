/**
 * A capture of a few processes that nothing stays the same for: users, groups and containers get other
 * names, processes start, end and change what they are, where they are and what they have open, and in
 * between the same few files are opened again and again. Where it contradicts itself, events and the list
 * of processes say this and that about whose thread a thread is.
 */
import { capture, type GivenEvent, process } from "../made_captures.ts";
import type { Random } from "./random.ts";

const IDS = [10, 11, 12, 13, 14, 15, 16];
const NAMES = ["sh", "cat", "sshd", "nginx", "runc"];
const FILES = ["/etc/shadow", "/etc/passwd", "/tmp/a", "/usr/bin/id", "x/y", "../etc/shadow", "."];
const DIRECTORIES = ["/", "/etc", "/tmp", "x", ".."];
const CONTAINERS = ["0123456789ab", "ba9876543210"].map((id) => id.repeat(6).slice(0, 64));
const CGROUPS = ["cpu=/", ...CONTAINERS.map((id) => `cpu=/docker/${id}`), "cpu=/user.slice"];
const USERS = [0, 33, 1000];
const LABELS = ["a", "b", "root", "www-data"];
const DESCRIPTORS = [0, 1, 2, 3, 4, 5];

/** The process of a thread, as an event tells it. */
type Owner = (id: number, random: Random) => number;

const itsOwn: Owner = (id) => id;
const anybody: Owner = (id, random) => random.below(3) === 0 ? random.pick(IDS) : id;

export function changingHost(
  events: number,
  random: Random,
  { contradicts = false } = {},
): Promise<Uint8Array> {
  const ownerOf = contradicts ? anybody : itsOwn;
  const processes = IDS.slice(0, 4).map((id, index) =>
    process(id, NAMES[index]!, {
      processId: ownerOf(id, random),
      parentId: index === 0 ? 1 : IDS[index - 1]!,
      cgroups: [CGROUPS[0]!],
    })
  );
  let atNs = 0;
  return capture(
    processes,
    Array.from({ length: events }, () => {
      atNs += random.below(20) === 0 ? 900_000_000 : random.below(3000);
      const threadId = random.pick(IDS.slice(0, random.below(3) === 0 ? 7 : 4));
      return { threadId, atNs, ...eventOf(threadId, ownerOf, random) };
    }),
  );
}

function eventOf(threadId: number, ownerOf: Owner, random: Random): GivenEvent {
  if (random.below(2) === 0) return opening(random);
  const res = random.below(6) === 0 ? -1 : 0;
  const fd = random.pick(DESCRIPTORS), uid = random.pick(USERS), name = random.pick(LABELS);
  const container_id = random.below(2) === 0 ? "" : random.pick(CONTAINERS).slice(0, 12);
  const user = { uid, gid: uid, name, home: `/home/${name}`, shell: "/bin/sh", container_id };
  switch (random.below(24)) {
    case 0:
      return { type: "useradded", params: user };
    case 1:
      return { type: "userdeleted", params: user };
    case 2:
      return { type: "groupadded", params: user };
    case 3:
      return { type: "container", params: { json: containerText(random) } };
    case 4:
      return { type: "setuid", params: { res, uid } };
    case 5:
      return { type: "setresgid", params: { res, rgid: uid, egid: uid, sgid: uid } };
    case 6:
      return { type: "chdir", params: { res, path: random.pick(DIRECTORIES) } };
    case 7:
      return { type: "fchdir", params: { res, fd } };
    case 8:
      return { type: "chroot", params: { res, path: random.pick(DIRECTORIES) } };
    case 9:
      return { type: "setns", params: { res, fd, nstype: 0 } };
    case 10:
      return { type: "prctl", params: { res, option: 15, arg2_str: name, arg2_int: 0n } };
    case 11:
      return { type: "setpgid", params: { res, pid: 0, pgid: random.pick(IDS) } };
    case 12:
      return { type: "setsid", params: { res: threadId } };
    case 13:
      return { type: "capset", params: { res, cap_effective: BigInt(random.below(4)) } };
    case 14:
      return { type: "dup2", params: { res: fd, oldfd: random.pick(DESCRIPTORS), newfd: fd } };
    case 15:
      return { type: "close", params: { res, fd } };
    case 16:
      return { type: "socket", params: { fd, domain: 2, type: 1, proto: 0 } };
    case 17:
      return { type: "procexit", params: { status: 0, ret: 0, reaper_tid: random.pick(IDS) } };
    case 18:
    case 19:
      return execOf(threadId, ownerOf, random);
    case 20:
    case 21:
      return cloneOf(threadId, ownerOf, random);
    case 22:
      return { type: random.pick(["read", "write"]), params: { res: 4, fd, size: 4 } };
    default:
      return { type: "procinfo", params: { cpu_usr: BigInt(random.below(9)), cpu_sys: 1n } };
  }
}

/** Nearly always one that was there before. */
function opening(random: Random): GivenEvent {
  return {
    type: random.pick(["openat", "openat", "open"]),
    params: {
      fd: random.below(8) === 0 ? -2 : random.pick(DESCRIPTORS),
      dirfd: random.below(4) === 0 ? random.pick(DESCRIPTORS) : -100,
      name: random.pick(FILES),
      flags: random.pick([1, 1, 1, 3]),
      mode: 0,
      dev: 5,
      ino: BigInt(random.below(2)),
    },
  };
}

function execOf(id: number, ownerOf: Owner, random: Random): GivenEvent {
  const comm = random.pick(NAMES), uid = random.pick(USERS);
  return {
    type: "execve",
    params: {
      ...startOf(id, random.pick([1, ...IDS]), random),
      pid: ownerOf(id, random),
      comm,
      exe: comm,
      trusted_exepath: `/usr/bin/${comm}`,
      filename: comm,
      env: [`PATH=/${comm}`],
      loginuid: random.pick(USERS),
      pgid: random.pick(IDS),
      vpgid: 1,
      uid,
      gid: uid,
      exe_ino: BigInt(random.below(3)),
      flags: random.pick([0, 1, 2, 4]),
      ...random.below(8) === 0 && { res: -2 },
    },
  };
}

function cloneOf(parent: number, ownerOf: Owner, random: Random): GivenEvent {
  const child = random.pick(IDS);
  const isThread = random.below(3) === 0;
  const inChild = random.below(2) === 0;
  const params = startOf(isThread ? parent : child, parent, random);
  const comm = random.pick(NAMES);
  return {
    type: random.pick(["clone", "clone3", "fork", "vfork"]),
    ...inChild && { threadId: child },
    params: {
      ...params,
      tid: inChild ? child : parent,
      pid: ownerOf(isThread || !inChild ? parent : child, random),
      res: inChild ? 0 : child,
      comm,
      exe: comm,
      // CLONE_THREAD | CLONE_FILES, as captures have them
      flags: isThread ? 0x2001 : 0,
      uid: random.pick(USERS),
      gid: 0,
      vtid: child,
      vpid: child,
    },
  };
}

function startOf(id: number, parentId: number, random: Random) {
  return {
    res: 0,
    args: ["-i", random.pick(LABELS)],
    tid: id,
    pid: id,
    ptid: parentId,
    cwd: random.pick(["/", "/etc/"]),
    fdlimit: 1024,
    cgroups: [random.pick(CGROUPS)],
  };
}

function containerText(random: Random): string {
  const full_id = random.pick(CONTAINERS), name = random.pick(LABELS);
  const container = {
    id: full_id.slice(0, 12),
    full_id,
    type: 0,
    name,
    image: `${name}:1`,
    imagerepo: name,
    imagetag: "1",
    privileged: random.below(2) === 0,
    labels: { app: name },
  };
  return JSON.stringify({ container });
}
