/** Ids as a user namespace has them, and as the host has them: user_namespaces(7). */

/** What `/proc/<pid>/uid_map` says, line by line. */
interface Extent {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** As many as the kernel takes, linux include/linux/user_namespace.h. */
const MAX_EXTENTS = 340;

/**
 * Entries of a passwd or group file by the ids of the host, which is what the kernel tells of tasks.
 * Calls have the ids of the namespace among their arguments, so these are there as well, where they are
 * nobody else's. `root` is who has id 0 inside where the file does not say so. Absent when the ids are
 * the same on both sides.
 */
export function byHostId<Entry>(
  entries: ReadonlyMap<number, Entry>,
  map: string | undefined,
  root: Entry,
): Map<number, Entry> | undefined {
  const extents = map === undefined ? [] : extentsOf(map);
  if (extents.every(({ inside, outside }) => inside === outside)) return undefined;
  const found = new Map<number, Entry>();
  const add = (id: number, entry: Entry) => {
    const extent = extents.find(({ inside, count }) => id >= inside && id < inside + count);
    if (extent) found.set(id - extent.inside + extent.outside, entry);
  };
  for (const [id, entry] of entries) add(id, entry);
  if (!entries.has(0)) add(0, root);
  for (const [id, entry] of entries) if (!found.has(id)) found.set(id, entry);
  return found;
}

/** Who has started a container without being root, by the host's id: nobody else of it is root there. */
export function starterIn(map: string | undefined): number | undefined {
  if (map === undefined) return undefined;
  return extentsOf(map).find(({ inside, count }) => inside === 0 && count === 1)?.outside;
}

function extentsOf(map: string): readonly Extent[] {
  return map.split("\n").slice(0, MAX_EXTENTS).flatMap((line) => {
    const [, inside, outside, count] = /^\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*$/.exec(line) ??
      [];
    return count === undefined
      ? []
      : [{ inside: Number(inside), outside: Number(outside), count: Number(count) }];
  });
}
