/** Users and groups of a given event: root, and whom the event names. */
import type { HostFiles } from "../state/mod.ts";
import type { Given } from "./given.ts";

/** Whom a name without a number stands for. */
const SOME_ID = 1000;
const ROOT = "root";

export function userIdOf(given: Given): number {
  return given.number("user.uid") ?? idOfName(given.text("user.name"));
}

export function groupIdOf(given: Given): number {
  return given.number("group.gid") ??
    (given.text("group.name") === undefined ? userIdOf(given) : idOfName(given.text("group.name")));
}

function idOfName(name: string | undefined): number {
  return name === undefined || name === ROOT ? 0 : SOME_ID;
}

/** Nothing of the machine that the rules are tried on. */
export function accountFiles(given: Given): HostFiles {
  const user = given.text("user.name"), group = given.text("group.name");
  const uid = userIdOf(given), gid = groupIdOf(given);
  const home = given.text("user.homedir") ?? (uid === 0 ? "/root" : `/home/${user}`);
  const shell = given.text("user.shell") ?? "/bin/sh";
  const files: Readonly<Record<string, string>> = {
    "/etc/passwd": lineOf([user ?? (uid === 0 ? ROOT : ""), "x", uid, gid, "", home, shell]),
    "/etc/group": lineOf([group ?? (gid === 0 ? ROOT : ""), "x", gid, ""]),
  };
  return {
    read: (path) => files[path],
    version: (path) => files[path] === undefined ? undefined : "given",
  };
}

/** Nothing where a part would break the line, or there is no name. */
function lineOf(parts: readonly (string | number)[]): string {
  const fine = parts[0] !== "" && parts.every((part) => !/[:\n\r]/.test(String(part)));
  return fine ? `${parts.join(":")}\n` : "";
}
