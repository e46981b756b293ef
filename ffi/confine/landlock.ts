/**
 * Landlock: this thread, and what it starts, keeps only the files and TCP ports that are named, whoever
 * it is. Since Linux 5.13. linux include/uapi/linux/landlock.h, Documentation/userspace-api/landlock.rst
 */
import { cString } from "../libc.ts";
import { openCalls } from "./_calls.ts";

export interface LandlockRules {
  /** Files, and folders with all below. What does not exist is passed over. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Programs, and what is read to run them. */
  readonly execute: readonly string[];
  /** Ports that TCP connections may be made to; absent: any. */
  readonly tcpPorts?: readonly number[];
}

/** The same numbers on every machine. */
const CREATE_RULESET = 444n, ADD_RULE = 445n, RESTRICT_SELF = 446n;
const VERSION_FLAG = 1;
const PATH_BENEATH = 1, NET_PORT = 2;

const EXECUTE = 1n << 0n, WRITE_FILE = 1n << 1n, READ_FILE = 1n << 2n, READ_DIR = 1n << 3n;
const REFER = 1n << 13n, TRUNCATE = 1n << 14n, IOCTL_DEV = 1n << 15n;
/** Making and removing, bits 4 to 12. */
const CHANGE_DIR = 0x1ff0n;
/** Bits a rule about something else than a folder may have. */
const OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
const BIND_TCP = 1n << 0n, CONNECT_TCP = 1n << 1n;
/** No abstract sockets and no signals beyond the domain. */
const SCOPES = 3n;

const O_PATH = 0o10000000, O_CLOEXEC = 0o2000000, O_DIRECTORY = 0o200000;

/** What of Landlock the kernel has; 0: nothing. */
export function landlockVersion(): number {
  return Math.max(0, Number(openCalls().landlockCreate(CREATE_RULESET, null, 0n, VERSION_FLAG)));
}

/** All bits of files the version knows. */
function fileRights(version: number): bigint {
  let rights = EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | CHANGE_DIR;
  if (version >= 2) rights |= REFER;
  if (version >= 3) rights |= TRUNCATE;
  if (version >= 5) rights |= IOCTL_DEV;
  return rights;
}

/**
 * Restricts this thread for ever; `no new privileges` has to be set. False, and nothing is changed, where
 * the kernel has no Landlock or refuses.
 */
export function restrictFiles(rules: LandlockRules): boolean {
  const version = landlockVersion();
  if (version === 0) return false;
  const calls = openCalls();
  const rights = fileRights(version);
  const handlesNet = version >= 4;
  const attributes = new BigUint64Array([
    rights,
    handlesNet ? BIND_TCP | (rules.tcpPorts ? CONNECT_TCP : 0n) : 0n,
    version >= 6 ? SCOPES : 0n,
  ]);
  const sizeBytes = version >= 6 ? 24n : version >= 4 ? 16n : 8n;
  const ruleset = Number(
    calls.landlockCreate(CREATE_RULESET, new Uint8Array(attributes.buffer), sizeBytes, 0),
  );
  if (ruleset < 0) return false;
  const allow = (paths: readonly string[], wanted: bigint) => {
    for (const path of paths) allowBelow(ruleset, path, wanted & rights);
  };
  allow(rules.read, READ_FILE | READ_DIR);
  allow(rules.write, WRITE_FILE | CHANGE_DIR | REFER | TRUNCATE);
  allow(rules.execute, EXECUTE | READ_FILE | READ_DIR);
  for (const port of handlesNet ? rules.tcpPorts ?? [] : []) {
    const rule = new BigUint64Array([CONNECT_TCP, BigInt(port)]);
    calls.landlockAdd(ADD_RULE, ruleset, NET_PORT, new Uint8Array(rule.buffer), 0);
  }
  const isRestricted = calls.landlockRestrict(RESTRICT_SELF, ruleset, 0) === 0n;
  calls.close(ruleset);
  return isRestricted;
}

/** struct landlock_path_beneath_attr: u64 rights | i32 descriptor, packed. */
function allowBelow(ruleset: number, path: string, rights: bigint): void {
  const calls = openCalls();
  const name = cString(path);
  let descriptor = calls.open(name, O_PATH | O_CLOEXEC | O_DIRECTORY);
  const isFolder = descriptor >= 0;
  if (!isFolder) descriptor = calls.open(name, O_PATH | O_CLOEXEC);
  if (descriptor < 0) return;
  const rule = new Uint8Array(12);
  const view = new DataView(rule.buffer);
  view.setBigUint64(0, isFolder ? rights : rights & OF_FILES, true);
  view.setInt32(8, descriptor, true);
  calls.landlockAdd(ADD_RULE, ruleset, PATH_BENEATH, rule, 0);
  calls.close(descriptor);
}
