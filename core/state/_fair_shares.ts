/** Who may keep how much when all of them have too much: those who take the most lose first. */

/** What everybody takes, in bytes. */
export class FairShares {
  readonly #sizes = new Map<string, number[]>();
  total = 0;

  /** One more of a group. */
  add(group: string, bytes: number): void {
    if (bytes === 0) return;
    this.total += bytes;
    const sizes = this.#sizes.get(group);
    if (sizes === undefined) this.#sizes.set(group, [bytes]);
    else sizes.push(bytes);
  }

  /**
   * How much each of a group may keep, so that all is no more than `room`. Half of it is shared out
   * among groups, where many processes are no help, the other half among processes, where many users
   * are none: everybody has the larger of both shares. While that leaves room, both are larger.
   */
  sharesOf(room: number): (group: string) => number {
    const groups = [...this.#sizes].map(([name, sizes]) => {
      const sorted = Float64Array.from(sizes).sort();
      return { name, sorted, bytes: sorted.reduce((sum, size) => sum + size, 0) };
    });
    const ofGroups = Float64Array.from(groups, ({ bytes }) => bytes).sort();
    const ofAll = Float64Array.from([...this.#sizes.values()].flat()).sort();
    const shares = new Map<string, number>();
    let all = Infinity;
    // With the last of them it is no more than `room`.
    for (const part of PARTS) {
      all = shareOf(ofAll, room * part);
      const each = shareOf(ofGroups, room * part);
      let kept = 0;
      for (const { name, sorted } of groups) {
        const share = Math.max(all, shareOf(sorted, each));
        shares.set(name, share);
        for (const size of sorted) kept += Math.min(size, share);
      }
      if (kept <= room) break;
    }
    // Of those that came since then, the fair share is the one of any process.
    return (group) => shares.get(group) ?? all;
  }
}

const PARTS = [1, 7 / 8, 3 / 4, 5 / 8, 1 / 2];

/** The most that one may take so that all of them, ascending, take no more than `room`. */
function shareOf(sorted: Float64Array, room: number): number {
  let left = room;
  for (let i = 0; i < sorted.length; i++) {
    const share = left / (sorted.length - i);
    if (sorted[i]! > share) return share;
    left -= sorted[i]!;
  }
  return Infinity;
}
