/** Containers by their short id, and by a longer one where others have the same. */
import { detailUnits, withoutDetails } from "./container_bounds.ts";
import { SecondChance } from "./_second_chance.ts";
import type { Changes } from "./changes.ts";
import type { ContainerEngineName, ContainerReference } from "./container_id.ts";

/** What is mounted in a container from outside of its image. */
export interface ContainerMount {
  readonly source: string;
  readonly destination: string;
  /** As the engine spells it; often empty. */
  readonly mode: string;
  readonly writable: boolean;
  /** "rprivate", "rslave" …; empty where nobody says. */
  readonly propagation: string;
}

/** What container engines tell; absent is what they do not. */
export interface ContainerDetails {
  /** Without a slash in front. */
  readonly name: string | undefined;
  /** As the user wrote it: "nginx:1.0", "docker.io/library/nginx@sha256:…". */
  readonly image: string | undefined;
  readonly imageId: string | undefined;
  readonly imageRepository: string | undefined;
  readonly imageTag: string | undefined;
  readonly imageDigest: string | undefined;
  readonly privileged: boolean | undefined;
  readonly labels: ReadonlyMap<string, string>;
  /** Epoch nanoseconds. */
  readonly startNs: bigint | undefined;
  /** In the engine's order. */
  readonly mounts: readonly ContainerMount[];
  /** IPv4 or, where there is no other, IPv6; of a pod's container the pod's. */
  readonly ip: string | undefined;
  readonly hostPid: boolean | undefined;
  readonly hostNetwork: boolean | undefined;
  readonly hostIpc: boolean | undefined;
  /** Whole id of the container that holds the pod's namespaces; its own for that one itself. */
  readonly podSandboxId: string | undefined;
  readonly podLabels: ReadonlyMap<string, string>;
  /** What the network plugin answered for the pod: JSON, not looked into. */
  readonly cniJson: string | undefined;
}

/** Immutable; replaced as a whole when an engine has told more. */
export interface Container extends ContainerDetails {
  /** `container.id`: the short one, unless another container has the same (`idAmong`). */
  readonly id: string;
  readonly fullId: string;
  readonly engine: ContainerEngineName;
  /** Whose it is that a user runs without being root. */
  readonly userId?: number;
  /** An engine has been asked and has answered: what is absent is absent there. */
  readonly known: boolean;
}

export interface ContainerTableOptions {
  readonly capacity?: number;
  /** UTF-16 units of all labels, mounts and the like. */
  readonly units?: number;
  /**
   * Told once when a container first appears; whoever listens finds out more and calls `set`. Absent
   * for captures, which do not say whose the containers are that they tell of.
   */
  readonly onUnknown?: (container: Container) => void;
  readonly changes?: Changes;
}

interface Entry {
  container: Container;
  /** A user runs it without being root. */
  readonly isUsers: boolean;
  used: boolean;
  changedAt: number;
  units: number;
}

const DEFAULT_CAPACITY = 4096;
/** Usual containers have a few thousand. */
const MAX_UNITS = 64 << 20;
const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** For engines to put in what they have to say. */
export const NOTHING_TOLD: ContainerDetails = Object.freeze({
  name: undefined,
  image: undefined,
  imageId: undefined,
  imageRepository: undefined,
  imageTag: undefined,
  imageDigest: undefined,
  privileged: undefined,
  labels: NO_LABELS,
  startNs: undefined,
  mounts: Object.freeze([]),
  ip: undefined,
  hostPid: undefined,
  hostNetwork: undefined,
  hostIpc: undefined,
  podSandboxId: undefined,
  podLabels: NO_LABELS,
  cniJson: undefined,
});

/** What is known of a container from its cgroup alone. */
export function unknownContainer(reference: ContainerReference): Container {
  return { ...reference, known: false, ...NOTHING_TOLD };
}

/** As long as a short id; who knows no more of an id cannot tell whether the rest is another. */
const SHORT_ID = 12;

/** Whether they are one: neither the whole id nor the user is another, as far as they are known. */
function areSame(a: ContainerReference, b: ContainerReference): boolean {
  return a.userId === b.userId && haveSameId(a, b);
}

function haveSameId({ fullId: a }: ContainerReference, { fullId: b }: ContainerReference): boolean {
  return a === b || a.length <= SHORT_ID || b.length <= SHORT_ID;
}

/**
 * The id by which a container goes among others, or would. Another one with the same first digits is
 * no accident: ids are random, but users choose what their cgroups are called. Who comes later goes by
 * the whole id; where that is taken, too, the user is behind it.
 */
export function idAmong(
  reference: ContainerReference,
  get: (id: string) => Container | undefined,
  isSame = areSame,
): string {
  // No container's name has a slash in it: nobody else can take the last one.
  const last = `${reference.fullId}/${reference.userId ?? 0}`;
  let free: string | undefined;
  for (const id of [reference.id, reference.fullId, last]) {
    const there = get(id);
    if (there === undefined) free ??= id;
    else if (isSame(there, reference)) return id;
  }
  return free ?? last;
}

/** Bounded: the containers nobody has asked about for longest make room. */
export class ContainerTable {
  readonly #entries = new Map<string, Entry>();
  readonly #chance = new SecondChance(this.#entries);
  readonly #capacity: number;
  readonly #onUnknown: ((container: Container) => void) | undefined;
  readonly #changes: Changes | undefined;
  readonly #isSame: typeof areSame;
  readonly #most: number;
  #units = 0;
  #evicted = 0;
  /** Entries of containers that users run. */
  #ofUsers = 0;
  /** When a container was last forgotten. */
  #forgottenAt = 0;

  constructor(options: ContainerTableOptions = {}) {
    this.#capacity = Math.max(1, options.capacity ?? DEFAULT_CAPACITY);
    this.#most = options.units ?? MAX_UNITS;
    this.#onUnknown = options.onUnknown;
    this.#changes = options.changes;
    this.#isSame = options.onUnknown ? areSame : haveSameId;
  }

  /** By `container.id`; absent for "host" and for what nobody has seen. */
  get(id: string): Container | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    entry.used = true;
    return entry.container;
  }

  /** A process was found in this container, which has the id that it goes by here. */
  ensure(reference: ContainerReference): Container {
    let id = reference.id;
    let entry = this.#entries.get(id);
    if (!entry || !this.#isSame(entry.container, reference)) {
      id = idAmong(reference, (id) => this.#entries.get(id)?.container, this.#isSame);
      entry = this.#entries.get(id);
    }
    if (entry) {
      entry.used = true;
      return entry.container;
    }
    const container = unknownContainer({ ...reference, id });
    this.#insert(container);
    this.#onUnknown?.(container);
    return container;
  }

  /** What is said of another container than the one that has the id by now is left out. */
  set(container: Container): void {
    const entry = this.#entries.get(container.id);
    if (entry && this.#onUnknown && !areSame(entry.container, container)) return;
    if (entry) {
      this.#replace(entry, container);
    } else this.#insert(container);
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (entry.isUsers) this.#ofUsers--;
    this.#units -= entry.units;
    this.#entries.delete(id);
    this.#forgottenAt = this.#tick();
  }

  /** Those that no engine has told of. */
  *unknown(): Iterable<Container> {
    for (const { container } of this.#entries.values()) if (!container.known) yield container;
  }

  /** How many of them nobody knows the image of. */
  get withoutImage(): number {
    let count = 0;
    for (const { container } of this.#entries.values()) if (!container.image) count++;
    return count;
  }

  /** Whether anything was learnt of a container since a tick, or it may have been forgotten. */
  changedSince(id: string, tick: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return this.#forgottenAt > tick;
    entry.used = true;
    return entry.changedAt > tick;
  }

  #tick(): number {
    return this.#changes?.tick() ?? 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  #insert(container: Container): void {
    const isUsers = container.userId !== undefined;
    while (this.#entries.size >= this.#capacity || isUsers && this.#ofUsers >= this.#capacity / 2) {
      const victim = isUsers ? this.#oldestOfUsers() : this.#chance.victim();
      if (!victim) break;
      this.delete(victim.container.id);
      this.#evicted++;
    }
    if (isUsers) this.#ofUsers++;
    const entry = { container, isUsers, used: true, changedAt: this.#tick(), units: 0 };
    this.#entries.set(container.id, entry);
    this.#chance.inserted();
    this.#replace(entry, container);
  }

  #replace(entry: Entry, container: Container): void {
    entry.container = container;
    entry.changedAt = this.#tick();
    const units = detailUnits(container);
    this.#units += units - entry.units;
    entry.units = units;
    while (this.#units > this.#most) this.#lighten();
  }

  /** The container with the most labels and mounts goes without; what it is called stays. */
  #lighten(): void {
    const all = [...this.#entries.values()];
    const largest = all.reduce((a, b) => b.units > a.units ? b : a);
    this.#replace(largest, withoutDetails(largest.container));
  }

  /** A user who makes many must not have the machine's forgotten, to take the id of one of them. */
  #oldestOfUsers(): Entry | undefined {
    if (this.#ofUsers === 0) return this.#chance.victim();
    for (const entry of this.#entries.values()) if (entry.isUsers) return entry;
    return undefined;
  }
}
