/** The first processes of containers, by container: kept, because looking for them means looking at all. */
import type { ProcessRecord } from "./_records.ts";
import { HOST_ID } from "./process.ts";

const INIT_ID = 1;

interface Inits {
  readonly processes: Set<ProcessRecord>;
  oldest: ProcessRecord | undefined;
}

/**
 * Processes that are number 1 of their pid namespace, in a container. Containers may have namespaces
 * within theirs, the oldest is their own. Whoever changes a table's processes tells of it.
 */
export class NamespaceInits {
  readonly #byContainer = new Map<string, Inits>();
  readonly #containers = new Map<ProcessRecord, string>();

  /** The process is new in the table, or has moved. */
  note(process: ProcessRecord): void {
    const { containerId, membership } = process;
    const isInit = membership.virtualPid === INIT_ID && containerId !== HOST_ID;
    if (this.#containers.get(process) === (isInit ? containerId : undefined)) return;
    this.forget(process);
    if (!isInit) return;
    this.#containers.set(process, containerId);
    const inits = this.#byContainer.get(containerId);
    if (inits) inits.oldest = older(inits.oldest, process);
    else this.#byContainer.set(containerId, { processes: new Set(), oldest: process });
    this.#byContainer.get(containerId)!.processes.add(process);
  }

  /** The process is no longer in the table. */
  forget(process: ProcessRecord): void {
    const containerId = this.#containers.get(process);
    if (containerId === undefined) return;
    this.#containers.delete(process);
    const inits = this.#byContainer.get(containerId)!;
    inits.processes.delete(process);
    if (inits.processes.size === 0) this.#byContainer.delete(containerId);
    else if (inits.oldest === process) inits.oldest = [...inits.processes].reduce(older);
  }

  firstOf(containerId: string): ProcessRecord | undefined {
    return this.#byContainer.get(containerId)?.oldest;
  }
}

function older(one: ProcessRecord | undefined, other: ProcessRecord): ProcessRecord {
  return one && one.startClockNs <= other.startClockNs ? one : other;
}
