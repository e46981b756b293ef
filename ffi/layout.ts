/**
 * Where everything stands in the probe's records and variables: offsets in bytes from the start of the
 * struct, `byteLength` for its fixed part. What the fields mean says ffi/probe/records.h.
 *
 * Generated from the compiled probe by scripts/generate_layout.ts; not to be edited.
 */

export const RECORD_HEADER = {
  byteLength: 40,
  size: 0,
  kind: 4,
  syscall: 6,
  bootNs: 8,
  tgid: 16,
  tid: 20,
  result: 24,
  cpu: 32,
  flags: 34,
  nativeSyscall: 36,
} as const;

export const FILE_FACTS = {
  byteLength: 48,
  inode: 0,
  ctimeNs: 8,
  mtimeNs: 16,
  device: 24,
  magic: 28,
  openFlags: 32,
  links: 36,
  mode: 40,
  flags: 42,
  pid: 44,
} as const;

export const SOCKET_FACTS = {
  byteLength: 48,
  family: 0,
  type: 2,
  protocol: 4,
  localPort: 6,
  remotePort: 8,
  state: 10,
  foundByPort: 11,
  flagged: 12,
  localAddress: 16,
  remoteAddress: 32,
} as const;

export const TASK_FACTS = {
  byteLength: 120,
  startBootNs: 0,
  capInheritable: 8,
  capPermitted: 16,
  capEffective: 24,
  cgroupId: 32,
  parentTgid: 40,
  uid: 44,
  gid: 48,
  euid: 52,
  egid: 56,
  loginUid: 60,
  session: 64,
  processGroup: 68,
  virtualPid: 72,
  virtualTid: 76,
  virtualSession: 80,
  virtualProcessGroup: 84,
  tty: 88,
  pidNamespace: 92,
  comm: 104,
} as const;

export const EXEC_RECORD = {
  byteLength: 272,
  header: 0,
  task: 40,
  exe: 160,
  usage: 208,
  argsLength: 248,
  envLength: 252,
  givenLength: 256,
  exeLength: 258,
  exeRootLength: 260,
  cwdLength: 262,
  cgroupLength: 264,
  argsTotal: 268,
  data: 272,
} as const;

export const FORK_RECORD = {
  byteLength: 72,
  header: 0,
  childTgid: 40,
  childTid: 44,
  childParentTgid: 48,
  childVirtualPid: 52,
  childVirtualTid: 56,
  childStartBootNs: 64,
} as const;

export const EXIT_RECORD = {
  byteLength: 88,
  header: 0,
  last: 40,
  reaperTgid: 44,
  usage: 48,
} as const;

export const IDENTITY_RECORD = {
  byteLength: 168,
  header: 0,
  task: 40,
  cgroupLength: 160,
  data: 168,
} as const;

export const CWD_RECORD = {
  byteLength: 48,
  header: 0,
  cwdLength: 40,
  cwdRootLength: 42,
  data: 48,
} as const;

export const CALL_RECORD = {
  byteLength: 88,
  header: 0,
  args: 40,
} as const;

export const PATH_RECORD = {
  byteLength: 96,
  header: 0,
  args: 40,
  firstLength: 88,
  firstBaseLength: 90,
  secondLength: 92,
  secondBaseLength: 94,
  data: 96,
} as const;

export const FILE_RECORD = {
  byteLength: 152,
  header: 0,
  args: 40,
  file: 88,
  fd: 136,
  givenLength: 140,
  baseLength: 142,
  resolvedLength: 144,
  resolvedRootLength: 146,
  question: 148,
  data: 152,
} as const;

export const SOCKET_RECORD = {
  byteLength: 160,
  header: 0,
  args: 40,
  socket: 88,
  inode: 136,
  fd: 144,
  localNameLength: 148,
  peerNameLength: 150,
  resolvedLength: 152,
  addressLength: 154,
  data: 160,
} as const;

export const SIGNAL_RECORD = {
  byteLength: 88,
  header: 0,
  senderTgid: 40,
  usage: 48,
} as const;

export const SWITCH_RECORD = {
  byteLength: 88,
  header: 0,
  nextTid: 40,
  usage: 48,
} as const;

export const FAULT_RECORD = {
  byteLength: 96,
  header: 0,
  address: 40,
  instruction: 48,
  usage: 56,
} as const;

export const EXTRAS_TAIL = {
  byteLength: 16,
  at: 0,
  length: 2,
  usage: 8,
  descriptor: 10,
  unreadable: 14,
} as const;

export const USAGE_FACTS = {
  byteLength: 40,
  descriptorLimit: 0,
  majorFaults: 8,
  minorFaults: 16,
  virtualKb: 24,
  residentKb: 28,
  swappedKb: 32,
} as const;

export const MOUNT_FACTS = {
  byteLength: 16,
  flags: 0,
  isNew: 4,
  isPart: 8,
} as const;

export const VERDICT = {
  byteLength: 192,
  answeredNs: 0,
  askedNs: 8,
  filePrint: 16,
  basePrint: 24,
  call: 32,
  flags: 40,
  generation: 48,
  length: 52,
  given: 56,
  names: 184,
  created: 186,
  credit: 188,
  met: 190,
} as const;

export const CLASS_COUNTERS = {
  byteLength: 32,
  submitted: 0,
  dropped: 8,
  failed: 16,
  filtered: 24,
} as const;

export const LOST_RECORDS = {
  byteLength: 4224,
  ofSyscall: 0,
  ofKind: 4096,
} as const;

export const PROBE_CONFIG = {
  byteLength: 52,
  scope: 0,
  captureEnv: 4,
  resolve: 8,
  lifecycleSleeps: 12,
  eventsSleeps: 16,
  argsLimit: 20,
  ignoredTgid: 24,
  dataLimit: 28,
  signals: 32,
  switches: 36,
  faults: 40,
  usageKinds: 44,
  filter: 48,
} as const;

export const RECORD_KIND = {
  exec: 1,
  fork: 2,
  exit: 3,
  identity: 4,
  cwd: 5,
  call: 6,
  path: 7,
  file: 8,
  socket: 9,
  signal: 10,
  switch: 11,
  fault: 12,
} as const;

export const HEADER_FLAGS = {
  compat: 1,
  truncated: 2,
  extras: 4,
  unreadable: 8,
  secondUnreadable: 16,
  moved: 32,
} as const;

export const FILE_FLAGS = {
  known: 1,
  deleted: 2,
  overlayUpper: 4,
  overlayLower: 8,
  memfd: 16,
  writable: 32,
  same: 64,
  pseudo: 128,
  outside: 256,
  pathTruncated: 512,
  created: 1024,
} as const;

export const EVENT_CLASS = {
  lifecycle: 0,
  file: 1,
  network: 2,
  other: 3,
  count: 4,
} as const;

export const SCOPE = {
  all: 0,
  tracked: 1,
} as const;

export const RESOLVE = {
  given: 0,
  facts: 1,
  path: 2,
} as const;

export const INTEREST = {
  report: 1,
  failed: 2,
  extras: 4,
  numbers: 8,
  noReaders: 16,
  usage: 32,
  descriptors: 128,
} as const;

export const BSS = {
  config: 0,
  interest: 52,
  filterGeneration: 564,
  answeredNames: 568,
  watchedEnds: 572,
  compatSyscalls: 8764,
} as const;
