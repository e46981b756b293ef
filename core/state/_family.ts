/** Who is whose parent. Links are references, so that a reused id cannot adopt somebody else's children. */
import { MAX_ANCESTORS } from "./_lineage.ts";
import type { ProcessRecord } from "./_records.ts";

const INIT_ID = 1;

/**
 * The parent links of a table's processes. A process whose parent is not in the table waits for it:
 * when the parent turns up (seeded, looked up), they are linked.
 */
export class Family {
  readonly #waiting = new Map<number, Set<ProcessRecord>>();
  /** Parents that were refused because they would have closed a circle. */
  refused = 0;

  constructor(readonly processes: ReadonlyMap<number, ProcessRecord>) {}

  setParent(child: ProcessRecord, parentId: number): void {
    if (child.parent && child.parentId === parentId) return;
    this.leave(child);
    child.parentId = parentId > 0 ? parentId : 0;
    if (child.parentId === 0) return;
    const parent = this.processes.get(parentId);
    if (!parent) addTo(this.#waiting, parentId, child);
    else if (!this.#link(child, parent)) child.parentId = 0;
  }

  /** Cuts the link to the parent, on both ends. `parentId` stays. */
  leave(child: ProcessRecord): void {
    if (child.parent) {
      child.parent.children?.delete(child);
      child.parent = undefined;
      child.touch();
      return;
    }
    const group = this.#waiting.get(child.parentId);
    if (!group?.delete(child)) return;
    if (group.size === 0) this.#waiting.delete(child.parentId);
  }

  /** Links the processes that wait for `parent`: it was there all the time, only unknown. */
  adopt(parent: ProcessRecord): void {
    for (const child of this.#takeWaiting(parent.id)) {
      if (!this.#link(child, parent)) child.parentId = 0;
    }
  }

  /** The process `id` is gone, its children belong to `reaperId` (0: to whoever is likely). */
  bereave(id: number, reaperId: number): void {
    for (const child of this.#takeWaiting(id)) {
      this.setParent(child, reaperId || this.#likelyReaper(child));
    }
  }

  /** Hands the children of a process that ended to their new parent, as the kernel does. */
  disband(dying: ProcessRecord, reaperId: number): void {
    const children = dying.children;
    if (children) {
      // A parent cannot inherit from itself, whatever the record says.
      const told = reaperId === dying.id ? 0 : reaperId;
      const reaper = this.processes.get(told);
      if (reaper) reaper.reaper = true;
      const heir = told || this.#likelyReaper(dying);
      for (const child of [...children]) this.setParent(child, heir === child.id ? 0 : heir);
    }
    this.leave(dying);
  }

  /** Takes a process out that goes on living: its children wait for it. */
  forget(process: ProcessRecord): void {
    for (const child of [...process.children ?? []]) {
      this.leave(child);
      addTo(this.#waiting, process.id, child);
    }
    this.leave(process);
  }

  /** Processes that wait for a parent who is not in the table. */
  get waiting(): number {
    let count = 0;
    for (const group of this.#waiting.values()) count += group.size;
    return count;
  }

  #link(child: ProcessRecord, parent: ProcessRecord): boolean {
    if (child.children && isAncestor(child, parent) || child === parent) {
      this.refused++;
      return false;
    }
    child.parent = parent;
    child.touch();
    (parent.children ??= new Set()).add(child);
    return true;
  }

  /**
   * linux kernel/exit.c find_new_reaper, with what is known here: the nearest ancestor that inherited
   * before or is a namespace's init, else the system's init.
   */
  #likelyReaper(dying: ProcessRecord): number {
    let ancestor = dying.parent;
    for (let n = 0; ancestor && n < MAX_ANCESTORS; n++, ancestor = ancestor.parent) {
      if (ancestor.reaper || ancestor.membership.virtualPid === INIT_ID) return ancestor.id;
    }
    const initial = dying.membership.virtualPid === dying.id;
    return initial && dying.id !== INIT_ID && this.processes.has(INIT_ID) ? INIT_ID : 0;
  }

  #takeWaiting(id: number): readonly ProcessRecord[] {
    const group = this.#waiting.get(id);
    if (!group) return [];
    this.#waiting.delete(id);
    return [...group];
  }
}

/** Whether `process` stands above `other`, or is it. */
function isAncestor(process: ProcessRecord, other: ProcessRecord): boolean {
  let current: ProcessRecord | undefined = other;
  for (let n = 0; current && n <= MAX_ANCESTORS; n++, current = current.parent) {
    if (current === process) return true;
  }
  return false;
}

function addTo(groups: Map<number, Set<ProcessRecord>>, id: number, child: ProcessRecord): void {
  const group = groups.get(id);
  if (group) group.add(child);
  else groups.set(id, new Set([child]));
}
