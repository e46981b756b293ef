/** Which processes descend from one, as /proc shows it at this moment. */

/** Ids of the processes below `processId`, itself not among them. */
export function descendantsOf(processId: number): Set<number> {
  const childrenOf = new Map<number, number[]>();
  for (const entry of Deno.readDirSync("/proc")) {
    const id = Number(entry.name);
    if (!Number.isInteger(id)) continue;
    const parent = parentOf(id);
    if (parent === undefined) continue;
    const children = childrenOf.get(parent);
    if (children) children.push(id);
    else childrenOf.set(parent, [id]);
  }
  const found = new Set<number>();
  const toVisit = [processId];
  for (let id = toVisit.pop(); id !== undefined; id = toVisit.pop()) {
    for (const child of childrenOf.get(id) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      toVisit.push(child);
    }
  }
  return found;
}

/** proc(5): `pid (comm) state ppid …`; the name may itself contain ") ". */
function parentOf(processId: number): number | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${processId}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", 2)[1]);
    return Number.isInteger(parent) ? parent : undefined;
  } catch {
    return undefined; // gone meanwhile
  }
}
