/** What the process table keeps; outside of it these are `Process` and `Thread`. */
import {
  type Credentials,
  type Image,
  type Membership,
  type ProcessSnapshot,
  Sight,
} from "../event/mod.ts";
import { isSameProgram, type Origin } from "./_origin.ts";
import type { TextHolder } from "./_text_budget.ts";
import type { Changes } from "./changes.ts";
import type { Process, Thread } from "./process.ts";

const NONE: readonly string[] = Object.freeze([]);

export class ThreadRecord implements Thread, TextHolder {
  readonly sight = new Sight();
  changedAt: number;
  /** What it calls itself by now, where that is another name. */
  commOfChildren: string | undefined;
  #comm: string;
  #credentials: Credentials;
  readonly id: number;
  readonly #virtualId: number;
  readonly #startClockNs: number;
  /** Absent: the process's. */
  #image: Image | undefined;

  constructor(
    readonly process: ProcessRecord,
    { threadId, comm, image, credentials, virtualId = 0, startClockNs = 0 }: NewThread,
  ) {
    this.id = threadId;
    this.#comm = comm;
    this.#credentials = credentials;
    this.#virtualId = virtualId;
    this.#startClockNs = startClockNs;
    this.#image = image && !isSameProgram(image, process.image) ? image : undefined;
    this.changedAt = process.changes.now;
  }

  get comm(): string {
    return this.#comm;
  }

  set comm(comm: string) {
    this.#comm = comm;
    this.#changed();
  }

  get image(): Image {
    return this.#image ?? this.process.image;
  }

  get ownImage(): Image | undefined {
    return this.#image;
  }

  get ownPaths(): readonly string[] {
    return NONE;
  }

  get group(): string {
    return this.process.group;
  }

  keepTexts(image: Image | undefined): void {
    this.#image = image;
    this.#changed();
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  set credentials(credentials: Credentials) {
    this.#credentials = credentials;
    this.#changed();
  }

  /** The main thread speaks for its process. */
  #changed(): void {
    this.changedAt = this.process.changes.tick();
    if (this.process.leader === this) this.process.changedAt = this.changedAt;
  }

  get startClockNs(): number {
    const { id, startClockNs } = this.process;
    return this.id === id ? startClockNs : this.#startClockNs || startClockNs;
  }

  /** Without pid namespaces both numberings are the same. */
  get virtualId(): number {
    const { id, membership } = this.process;
    if (this.id === id) return membership.virtualPid;
    return this.#virtualId || (membership.virtualPid === id ? this.id : 0);
  }
}

export interface NewThread extends Pick<ProcessSnapshot, "threadId" | "comm" | "credentials"> {
  /** Absent: its process's. */
  readonly image?: Image;
  /** As the thread's own pid namespace numbers it; absent when unknown. */
  readonly virtualId?: number;
  /** Absent, or 0, when nobody saw it. */
  readonly startClockNs?: number;
}

export class ProcessRecord implements Process, TextHolder {
  parentId = 0;
  /** Absent when the parent is not in the table; then the process may be waiting for it. */
  parent: ProcessRecord | undefined;
  changedAt: number;
  #image: Image;
  #cwd: string;
  #membership: Membership;
  #containerId: string;
  startClockNs: number;
  execClockNs: number;
  exited = false;
  /** The main thread; stays here when it ends before the others. */
  readonly leader: ThreadRecord;
  leaderGone = false;
  others: Set<ThreadRecord> | undefined;
  children: Set<ProcessRecord> | undefined;
  /** The kernel handed it orphans once: init of a namespace, or a subreaper. */
  reaper = false;
  used = true;

  constructor(readonly id: number, origin: Origin, readonly changes: Changes) {
    this.changedAt = changes.tick();
    this.#image = origin.image;
    this.#cwd = origin.cwd;
    this.#membership = origin.membership;
    this.#containerId = origin.containerId;
    this.startClockNs = origin.startClockNs;
    this.execClockNs = origin.startClockNs;
    const { comm, credentials } = origin;
    this.leader = new ThreadRecord(this, { threadId: id, comm, credentials });
  }

  get image(): Image {
    return this.#image;
  }

  set image(image: Image) {
    this.#image = image;
    this.touch();
  }

  get ownImage(): Image {
    return this.#image;
  }

  get ownPaths(): readonly string[] {
    return [this.#cwd, this.#membership.cgroup];
  }

  /** By the real user: programs that run as another one are started by anybody. */
  get group(): string {
    return `${this.#containerId} ${this.leader.credentials.uid}`;
  }

  keepTexts(image: Image | undefined, cutPath: (path: string) => string): void {
    this.#image = image ?? this.#image;
    this.#cwd = cutPath(this.#cwd);
    const cgroup = cutPath(this.#membership.cgroup);
    if (cgroup !== this.#membership.cgroup) this.#membership = { ...this.#membership, cgroup };
    this.touch();
  }

  get cwd(): string {
    return this.#cwd;
  }

  set cwd(cwd: string) {
    this.#cwd = cwd;
    this.touch();
  }

  get membership(): Membership {
    return this.#membership;
  }

  set membership(membership: Membership) {
    this.#membership = membership;
    this.touch();
  }

  get containerId(): string {
    return this.#containerId;
  }

  set containerId(id: string) {
    this.#containerId = id;
    this.touch();
  }

  /** Something that fields show has changed. */
  touch(): void {
    this.changedAt = this.changes.tick();
  }

  get comm(): string {
    return this.leader.comm;
  }

  get credentials(): Credentials {
    return this.leader.credentials;
  }

  get threadCount(): number {
    return (this.leaderGone ? 0 : 1) + this.otherThreadCount;
  }

  get otherThreadCount(): number {
    return this.others?.size ?? 0;
  }
}

/** Whoever among them, and their threads, has texts that are not another one's. */
export function* textHolders(processes: Iterable<ProcessRecord>): Generator<TextHolder> {
  for (const process of processes) {
    yield process;
    for (const thread of process.others ?? []) if (thread.ownImage !== undefined) yield thread;
  }
}
