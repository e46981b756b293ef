/** How much memory what a capture lists may take: its own counts, and its compression, promise anything. */
import type { ScapDescriptor, ScapProcess } from "../scap/mod.ts";

/** About bytes. Hosts of 50 000 processes, each with 60 variables and 20 descriptors, have room in it. */
const MAX_BYTES = 512 << 20;
/** Of each, beside what its texts have. */
const PROCESS_BYTES = 1024, DESCRIPTOR_BYTES = 256, TEXT_BYTES = 48, SLOT_BYTES = 8;

export class SeedBudget {
  #left: number;

  constructor(bytes = MAX_BYTES) {
    this.#left = bytes;
  }

  /** Whether there is room for it, which it then has taken. */
  admitsProcess({ args, env, cgroups, exe, exePath, cwd }: ScapProcess): boolean {
    const texts = [args, env, cgroups].reduce((bytes, list) => bytes + bytesOf(list), 0);
    return this.#admits(PROCESS_BYTES + texts + exe.length + exePath.length + cwd.length);
  }

  /** `slots`: how many its number adds to the table, whatever is in those between. */
  admitsDescriptor(found: ScapDescriptor, slots: number): boolean {
    const text = "path" in found ? found.path : "name" in found ? found.name : "";
    return this.#admits(DESCRIPTOR_BYTES + text.length + SLOT_BYTES * slots);
  }

  #admits(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}

function bytesOf(list: readonly string[]): number {
  return list.reduce((bytes, text) => bytes + TEXT_BYTES + text.length, 0);
}
