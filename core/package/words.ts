/** A package in plain words, for whoever is to decide about it. */
import type { PermissionKind, PluginPermissions } from "../plugin/permissions.ts";
import type { Candidate } from "./candidate.ts";
import { type Permission, permissionsIn } from "./grants.ts";

const WORDS: Readonly<Record<PermissionKind, (value: string) => string>> = {
  net: (value) => value === "*" ? "connect to every address there is" : `connect to ${value}`,
  read: (value) => `read ${value}`,
  write: (value) => `write ${value}, and read it`,
  env: (value) => `see the environment variable ${value}`,
  run: (value) => `run ${value}, which then does whatever that program does`,
  ffi: (value) => `load ${value}: native code, which no permission holds back`,
};

export function permissionText({ kind, value }: Permission): string {
  return WORDS[kind](value);
}

/** `net=pager.example:443`, as `--grant` and `--deny` take it. */
export function permissionTexts(permissions: PluginPermissions): readonly string[] {
  return permissionsIn(permissions).map(({ kind, value }) => `${kind}=${value}`);
}

/** Lines: what it is, where it is from, what it would install. */
export function aboutCandidate(candidate: Candidate): readonly string[] {
  const { name, version, kind, description, from, registry, integrity, signedBy } = candidate;
  const { license, homepage } = candidate.manifest ?? {};
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["from", from],
    ["registry", registry],
    ["checksum", integrity ?? "none: it is a folder"],
    ["signed by", signedBy],
    ["files", filesText(candidate.files, candidate.otherFiles)],
    ["license", license],
    ["homepage", homepage],
  ];
  return [
    `${name} ${version}, ${KINDS[kind]}: ${description}`,
    ...rows.flatMap(([label, value]) => value === undefined ? [] : `  ${label.padEnd(10)}${value}`),
    ...candidate.notes.map((note) => `  note      ${note}`),
  ];
}

/** Lines: what it may do if it is installed. */
export function aboutPermissions({ kind, permissions }: Candidate): readonly string[] {
  if (kind === "library") {
    return [
      "It is native code: it can do everything that falcod can, and no permission holds it back.",
    ];
  }
  if (kind === "rules") return ["It asks for nothing: rules run no code."];
  const asked = permissionsIn(permissions);
  if (asked.length === 0) {
    return [
      "It asks for nothing: it can neither connect anywhere nor read, write or run anything.",
    ];
  }
  return ["It asks to", ...asked.map((permission) => `  - ${permissionText(permission)}`)];
}

const KINDS: Readonly<Record<Candidate["kind"], string>> = {
  source: "a source of events",
  sink: "a sink of alerts",
  formatter: "a format of alerts",
  rules: "rules",
  library: "a library",
};

const MOST_NAMES = 8;

function filesText(files: Candidate["files"], others: number): string {
  const named = [...files].slice(0, MOST_NAMES)
    .map(([path, { length }]) => `${path} (${sizeText(length)})`);
  const more = files.size > MOST_NAMES ? [`${files.size - MOST_NAMES} more`] : [];
  const left = others > 0
    ? `; ${others} ${others === 1 ? "other" : "others"} in the package ${
      others === 1 ? "is" : "are"
    } not installed`
    : "";
  return [...named, ...more].join(", ") + left;
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
