/**
 * move_mount as the event `mount`: with fsopen, fsmount and open_tree before it, it does what mount did
 * alone. What is mounted says the mount behind the descriptor (ffi/probe/extra_shapes.h); where there is
 * none, a path was named, which was mounted already.
 */
import { layout } from "../../../ffi/mod.ts";
import type { LiveEvent } from "./live_event.ts";
import { ownPath } from "./own_path.ts";
import { type Piece, textOf, uintOf } from "./piece.ts";
import { ofPiece, type Reader } from "./piece_params.ts";

const { flags, isNew, isPart } = layout.MOUNT_FACTS;

// linux v6.8 include/uapi/linux/mount.h
const MOVE_MOUNT_T_EMPTY_PATH = 0x40, MOVE_MOUNT_SET_GROUP = 0x100;
const MS_BIND = 0x1000, MS_MOVE = 0x2000, MS_SHARED = 0x10_0000;

/** What include/linux/mount.h calls MNT_…, and mount takes as MS_…. */
const ATTRIBUTES = [
  { mnt: 0x40, ms: 1 }, // RDONLY
  { mnt: 1, ms: 2 }, // NOSUID
  { mnt: 2, ms: 4 }, // NODEV
  { mnt: 4, ms: 8 }, // NOEXEC
];

/** Absent where the call says no more than a path. */
const type: Reader = ofPiece(0, (piece) => piece.bytes === 0 ? undefined : textOf(piece));

const deviceOrPath: Reader = ofPiece(
  1,
  (piece, event) => piece.bytes === 0 ? event.first?.raw : textOf(piece),
);

const mountFlags: Reader = ofPiece(2, mountFlagsOf);

/** As mount would have had to be told: how it is mounted, a part of a file system, or from elsewhere. */
function mountFlagsOf(piece: Piece, event: LiveEvent): number {
  if ((event.argumentUint(4) & MOVE_MOUNT_SET_GROUP) !== 0) return MS_SHARED;
  if (uintOf(piece, isNew >> 2) === 0) return MS_MOVE;
  const attributes = uintOf(piece, flags >> 2);
  return ATTRIBUTES.filter(({ mnt }) => (attributes & mnt) !== 0)
    .reduce((all, { ms }) => all | ms, uintOf(piece, isPart >> 2) === 0 ? 0 : MS_BIND);
}

/** From `dev` to `flags`. */
export const movedMount: readonly Reader[] = [
  deviceOrPath,
  ownPath((event) => event.second, { argument: 4, flag: MOVE_MOUNT_T_EMPTY_PATH }),
  type,
  mountFlags,
];
