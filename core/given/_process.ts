/** The process that caused a given event, and its ancestors. */
import type { Image, ProcessSnapshot } from "../event/mod.ts";
import type { FieldArgument } from "../field/mod.ts";
import { UNKNOWN_CREDENTIALS, UNKNOWN_IMAGE, UNKNOWN_MEMBERSHIP } from "../state/mod.ts";
import { groupIdOf, userIdOf } from "./_accounts.ts";
import { cgroupOf } from "./_container.ts";
import { CLOCK_NS } from "./_facts.ts";
import type { Given } from "./given.ts";
import { wordsOf } from "./_words.ts";

const PROCESS_ID = 1000;
/** Ancestors without a number of their own count down from here. */
const PARENT_ID = 900;
const MAX_ANCESTORS = 64;
const UNSET_ID = 0xffffffff;
const SECOND_NS = 1_000_000_000;

export function processOf(given: Given): ProcessSnapshot {
  const id = given.number("proc.pid") ?? PROCESS_ID;
  const uid = userIdOf(given), gid = groupIdOf(given);
  const loginUid = given.number("user.loginuid") ?? -1;
  const parents = generationsOf(given);
  const parentId = parents > 0 ? idOfAncestor(given, 1) : 0;
  const group = given.number("proc.pgid") ?? id;
  const session = given.number("proc.sid") ?? (parentId || id);
  return {
    threadId: given.number("thread.tid") ?? id,
    processId: id,
    parentId,
    comm: nameOf(given),
    credentials: {
      uid,
      gid,
      euid: uid,
      egid: gid,
      loginUid: loginUid < 0 ? UNSET_ID : loginUid,
      capInheritable: 0n,
      capPermitted: 0n,
      capEffective: 0n,
    },
    membership: {
      sessionId: session,
      processGroupId: group,
      virtualPid: given.number("proc.vpid") ?? id,
      virtualSessionId: session,
      virtualProcessGroupId: given.number("proc.vpgid") ?? group,
      tty: given.number("proc.tty") ?? 0,
      cgroup: cgroupOf(given),
    },
    image: imageOf(given),
    cwd: given.text("proc.cwd") ?? "/",
    startClockNs: CLOCK_NS - (given.number("proc.duration") ?? SECOND_NS),
  };
}

/** As many as something was said about; the oldest first. */
export function ancestorsOf(given: Given, process: ProcessSnapshot): ProcessSnapshot[] {
  const count = generationsOf(given);
  const ancestors: ProcessSnapshot[] = [];
  for (let n = count; n > 0; n--) {
    const id = idOfAncestor(given, n);
    const comm = ofAncestor(given, n, ["proc.pname", "proc.aname"]) ??
      firstWord(ofAncestor(given, n, ["proc.pcmdline", "proc.acmdline"])) ?? UNKNOWN_IMAGE.exe;
    const exe = ofAncestor(given, n, ["proc.pexe", "proc.aexe"]) ?? comm;
    const [, ...args] = wordsOf(ofAncestor(given, n, ["proc.pcmdline", "proc.acmdline"]) ?? "");
    ancestors.push({
      threadId: id,
      processId: id,
      parentId: n < count ? idOfAncestor(given, n + 1) : 0,
      comm,
      credentials: UNKNOWN_CREDENTIALS,
      membership: {
        ...UNKNOWN_MEMBERSHIP,
        sessionId: process.membership.sessionId,
        virtualSessionId: process.membership.sessionId,
        processGroupId: id,
        virtualProcessGroupId: id,
        virtualPid: id,
        cgroup: process.membership.cgroup,
      },
      image: {
        ...UNKNOWN_IMAGE,
        comm,
        exe,
        args,
        exePath: ofAncestor(given, n, ["proc.pexepath", "proc.aexepath"]) ?? UNKNOWN_IMAGE.exePath,
      },
      cwd: "/",
      startClockNs: CLOCK_NS - (n + 1) * SECOND_NS,
    });
  }
  return ancestors;
}

function nameOf(given: Given): string {
  const path = given.text("proc.exepath") ?? given.text("proc.exe") ??
    firstWord(given.text("proc.exeline"));
  return given.text("proc.name") ?? given.text("proc.aname", 0) ??
    firstWord(given.text("proc.cmdline")) ?? path?.slice(path.lastIndexOf("/") + 1) ??
    UNKNOWN_IMAGE.exe;
}

function imageOf(given: Given): Image {
  const comm = nameOf(given);
  const exe = given.text("proc.exe") ?? firstWord(given.text("proc.exeline")) ?? comm;
  const exePath = given.text("proc.exepath") ?? UNKNOWN_IMAGE.exePath;
  return {
    ...UNKNOWN_IMAGE,
    comm,
    exe,
    args: argsOf(given),
    env: environmentOf(given),
    exePath,
    exeGiven: given.text("evt.arg", "filename") ?? exePath,
    exeInode: BigInt(Math.trunc(given.number("proc.exe_ino") ?? 0)),
    exeWritable: given.truth("proc.is_exe_writable") ?? false,
    exeOnOverlayUpper: given.truth("proc.is_exe_upper_layer") ?? false,
    exeOnOverlayLower: given.truth("proc.is_exe_lower_layer") ?? false,
    exeFromMemfd: given.truth("proc.is_exe_from_memfd") ?? false,
  };
}

/** One by one, or the words of a text that has them all. */
function argsOf(given: Given): readonly string[] {
  const single: string[] = [];
  for (const [index, value] of given.byArgument("proc.args")) {
    if (typeof index !== "number" || index >= MAX_ARGS || typeof value !== "string") continue;
    while (single.length < index) single.push("");
    single[index] = value;
  }
  if (single.length > 0) return single;
  const all = given.text("proc.args");
  if (all !== undefined) return wordsOf(all);
  const line = given.text("proc.cmdline") ?? given.text("proc.exeline") ??
    given.text("evt.arg", "args");
  const words = wordsOf(line ?? "");
  return given.says("proc.cmdline") || given.says("proc.exeline") ? words.slice(1) : words;
}

const MAX_ARGS = 1000;

function environmentOf(given: Given): readonly string[] {
  const variables: string[] = [];
  for (const [name, value] of given.byArgument("proc.env")) {
    if (typeof name === "string" && typeof value === "string") variables.push(`${name}=${value}`);
  }
  return [...variables, ...wordsOf(given.text("proc.env") ?? "")];
}

/** How many generations up anything was said; what lies between is there without a name. */
function generationsOf(given: Given): number {
  let count = PARENT_FIELDS.some((name) => given.value(name) !== undefined) ? 1 : 0;
  for (const name of ANCESTOR_FIELDS) {
    const all = given.value(name);
    if (Array.isArray(all)) count = Math.max(count, all.length);
    for (const [index, value] of given.byArgument(name)) {
      if (typeof index === "number" && value !== undefined) count = Math.max(count, index);
    }
  }
  return Math.min(count, MAX_ANCESTORS);
}

const PARENT_FIELDS = ["proc.pname", "proc.pexe", "proc.pexepath", "proc.pcmdline", "proc.ppid"];
const ANCESTOR_FIELDS = ["proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid"];

function idOfAncestor(given: Given, n: number): number {
  const said = (n === 1 ? given.number("proc.ppid") : undefined) ?? given.number("proc.apid", n);
  return said ?? PARENT_ID - n;
}

/** What the parent's field says, or the ancestors' one with an index, or the n-th of all. */
function ofAncestor(
  given: Given,
  n: number,
  [parent, ancestor]: readonly [parent: string, ancestor: string],
): string | undefined {
  const index: FieldArgument = n;
  const all = given.value(ancestor);
  const listed = Array.isArray(all) ? all[n - 1] : undefined;
  return (n === 1 ? given.text(parent) : undefined) ?? given.text(ancestor, index) ??
    (typeof listed === "string" ? listed : undefined);
}

function firstWord(text: string | undefined): string | undefined {
  return text === undefined ? undefined : wordsOf(text)[0];
}
