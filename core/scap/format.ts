/**
 * The numbers of the format: blocks as in pcapng, little-endian, packed.
 *
 *     type u32 ┬ total length u32 ┬ body ┬ 0–3 zero bytes ┬ total length u32
 *
 * Facts: falcosecurity/libs userspace/libscap/scap_savefile.h, 2026-07. What a version has that its
 * predecessors had not stands with the readers of the entries.
 */
import type { ScapDescriptor } from "./entries.ts";

export const BLOCK_HEAD_BYTES = 8;
export const BLOCK_TRAILER_BYTES = 4;
export const SMALLEST_BLOCK_BYTES = BLOCK_HEAD_BYTES + BLOCK_TRAILER_BYTES;

export const SECTION_BLOCK = 0x0a0d0d0a;
export const SECTION_MAGIC = 0x1a2b3c4d;
/** The magic number as a machine of the other byte order writes it. */
export const SWAPPED_MAGIC = 0x4d3c2b1a;
/** A file of a later major version cannot be read; minor versions only append. */
export const MAJOR_VERSION = 1;
export const MINOR_VERSION = 2;
/** Section block without options. */
export const SECTION_BLOCK_BYTES = 28;

/** An event's block has flags or not, an event header with the number of parameters or not. */
export const EVENT_BLOCKS = {
  plain: 0x216,
  flagged: 0x217,
  large: 0x221,
  flaggedLarge: 0x222,
  oldPlain: 0x204,
  oldPlainAlias: 0x8010abcd,
  oldFlagged: 0x208,
} as const;

export type ListKind = "processes" | "descriptors" | "interfaces" | "users" | "machine" | "starts";

export interface ListForm {
  readonly list: ListKind;
  readonly version: number;
}

/**
 * Blocks before the events, by their type; the high ones were used before the first release. `starts` is
 * falcod's own, of a type that pcapng leaves to everybody: others pass over it.
 */
export const LIST_BLOCKS: ReadonlyMap<number, ListForm> = new Map(
  Object.entries<readonly (readonly number[])[]>({
    machine: [[0x201, 0x8002abcd]],
    processes: [
      [0x202, 0x8000abcd],
      [0x207, 0x8013abcd],
      [0x209, 0x8014abcd],
      [0x210],
      [0x211],
      [0x212],
      [0x213],
      [0x214],
      [0x215],
    ],
    descriptors: [[0x203, 0x8001abcd], [0x218]],
    interfaces: [[0x205, 0x8011abcd], [0x219]],
    users: [[0x206, 0x8012abcd], [0x220]],
    starts: [[0x80fa1c0d]],
  }).flatMap(([list, versions]) =>
    versions.flatMap((types, index) =>
      types.map((type) => [type, { list: list as ListKind, version: index + 1 }] as const)
    )
  ),
);

/** The types that are written today. */
export const CURRENT_BLOCKS: Readonly<Record<ListKind, number>> = {
  machine: 0x201,
  processes: 0x215,
  descriptors: 0x218,
  interfaces: 0x219,
  users: 0x220,
  starts: 0x80fa1c0d,
};

/** Longest texts in the lists, in bytes; upstream refuses files with longer ones. */
export const TEXT_LIMITS = {
  path: 1024,
  strings: 4096,
  /** Of descriptors; upstream's reader wants them one byte shorter than other paths. */
  descriptorName: 1023,
  /** Of users and groups, homes and shells among them. */
  account: 255,
} as const;

/** Interface entries: with a link speed and, in the first files, without. */
export const INTERFACE_TYPES = {
  ipv4: 1,
  ipv6: 2,
  ipv4WithoutSpeed: 3,
  ipv6WithoutSpeed: 4,
} as const;

export const DESCRIPTOR_TYPES = {
  oldFile: 1,
  directory: 2,
  ipv4: 3,
  ipv6: 4,
  ipv4Server: 5,
  ipv6Server: 6,
  fifo: 7,
  unix: 8,
  event: 9,
  unsupported: 10,
  signalfd: 11,
  eventpoll: 12,
  inotify: 13,
  timerfd: 14,
  netlink: 15,
  file: 16,
  bpf: 17,
  userfaultfd: 18,
  io_uring: 19,
  memfd: 20,
  pidfd: 21,
} as const satisfies Readonly<Record<ScapDescriptor["type"], number>>;
