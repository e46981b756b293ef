/**
 * Finds out what containers are called and run, beside the events.
 *
 * Engines are asked when they tell of a new container, which is before its first process, and when a
 * process is seen in one that nobody told of. Alerts wait a little for those that are being asked about
 * (`AwaitedContainers`); events never do.
 */
import type { AwaitedContainers } from "../engine/mod.ts";
import type { ContainerEngine, Logger } from "../plugin/mod.ts";
import {
  type Container,
  type ContainerDetails,
  type ContainerEngineName,
  containerOf,
  type ContainerReference,
  idAmong,
  unknownContainer,
} from "../state/mod.ts";
import type { ContainerSettings } from "./config/container_engines.ts";
import { pause } from "./pause.ts";

/** What the configuration makes of cgroups. */
export function recognizerOf(
  { onlyContainer, notRecognized }: Pick<ContainerSettings, "onlyContainer" | "notRecognized">,
): typeof containerOf {
  if (onlyContainer) return () => onlyContainer;
  return (cgroup, own) => {
    const found = containerOf(cgroup, own);
    return found && notRecognized.has(found.engine) ? undefined : found;
  };
}

export interface ContainerLookupOptions {
  readonly engines: readonly ContainerEngine[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** How long alerts wait for one that is asked about; 0: not at all. */
  readonly waitMs: number;
  /** Gets the container as it is known now. */
  readonly found: (container: Container) => void;
  /** Gets the container as far as it is known without its engine, which is still asked. */
  readonly glimpsed: (container: Container) => void;
  /** Nobody knows this one, for now. */
  readonly givenUp: (id: string) => void;
  /** As it is known now. */
  readonly current: (id: string) => Container | undefined;
  /** Those that nobody has told of; they are asked about again from time to time. */
  readonly unknown: () => Iterable<Container>;
}

/** Containers of an engine asked about at once: a host that starts hundreds must not flood it. */
const MAX_UNDER_WAY = 4;
/** So long, an engine that failed is asked only about containers that are its own. */
const LEFT_ALONE_MS = 5000;
/** Waiting beyond that is not asked about for now; as many as the table of containers holds. */
const MAX_WAITING = 4096;
/** An engine may not know a container yet when its first process runs. */
const RETRY_AFTER_MS = [20, 40, 80, 160, 320, 640, 1280] as const;
const ASK_AGAIN_AFTER_MS = 60_000;
/** Their containers are known by the cgroup, and there is nobody to ask. */
const UNASKED: ReadonlySet<ContainerEngineName> = new Set(["lxc", "libvirt-lxc", "bpm"]);

/** One container that is being asked about. */
interface Inquiry {
  readonly container: Container;
  /** In the order they are asked; those whose container it seems to be come first. */
  readonly engines: readonly ContainerEngine[];
  tries: number;
  /** An engine has told of it since it was asked. */
  isStale: boolean;
  /** Ends the pause before the next try, if there is one. */
  wake: () => void;
}

export class ContainerLookup implements AwaitedContainers {
  readonly #options: ContainerLookupOptions;
  readonly #inquiries = new Map<string, Inquiry>();
  readonly #waiting: Inquiry[] = [];
  readonly #ids = new Set<string>();
  /** Engines that failed when they were asked last, and when that was. */
  readonly #failing = new Map<string, number>();
  /** Engines of which it was told that they are not there. */
  readonly #missed = new Set<string>();
  /** Inquiries by the engine that is asked first: one that hangs holds up no containers of others. */
  readonly #underWay = new Map<string, number>();
  /** As it was when somebody looked last. */
  #isAnyoneThere = false;
  #skipped = 0;

  constructor(options: ContainerLookupOptions) {
    this.#options = options;
  }

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  get waitMs(): number {
    return this.#options.waitMs;
  }

  /** Containers nobody asked about at first because too many came at once. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Has a container asked about soon that a process was seen in; returns at once. */
  ask(container: Container): void {
    const { engines, signal } = this.#options;
    if (engines.length === 0 || signal.aborted || UNASKED.has(container.engine)) return;
    if (this.#inquiries.has(container.id)) return;
    if (this.#inquiries.size >= MAX_WAITING) {
      this.#skipped++;
      return;
    }
    if (!container.known && (this.#isAnyoneThere || mayBeRecalled(container, engines))) {
      this.#ids.add(container.id);
    }
    const inquiry = {
      container,
      engines: likelyFirst(engines, container),
      tries: 0,
      isStale: false,
      wake: () => {},
    };
    this.#inquiries.set(container.id, inquiry);
    this.#waiting.push(inquiry);
    if (!container.known) this.#glimpse(inquiry);
    if (this.#askedWith(inquiry) < MAX_UNDER_WAY) this.#next();
  }

  hurry(id: string): void {
    const at = this.#waiting.findIndex(({ container }) => container.id === id);
    if (at > 0) this.#waiting.unshift(...this.#waiting.splice(at, 1));
  }

  /** Listens to engines, and asks again about what nobody knew, until the signal aborts. Never rejects. */
  async run(): Promise<void> {
    const { engines, signal } = this.#options;
    const there = await Promise.all(engines.map((engine) => engine.isThere()));
    this.#isAnyoneThere ||= there.includes(true);
    await Promise.all([
      this.#askAgain(),
      ...engines.map((engine) => engine.watch?.(signal, (...told) => this.#tell(...told))),
    ]);
  }

  async #askAgain(): Promise<void> {
    const { signal, unknown } = this.#options;
    while (!signal.aborted) {
      await pause(ASK_AGAIN_AFTER_MS, signal);
      for (const container of unknown()) this.ask(container);
    }
  }

  /** An engine tells of a container. What was asked before may have come too early. */
  #tell(reference: ContainerReference, details?: Partial<ContainerDetails>): void {
    const { current, glimpsed } = this.#options;
    this.#isAnyoneThere = true;
    // A user may have a container whose id begins in the same way, or says so.
    const id = idAmong(reference, current);
    const container = current(id) ?? unknownContainer({ ...reference, id });
    if (details && !container.known) glimpsed({ ...container, ...details });
    const inquiry = this.#inquiries.get(id);
    if (inquiry) {
      inquiry.isStale = true;
      inquiry.tries = 0;
      inquiry.wake();
    } else this.ask(container);
  }

  #next(): void {
    for (;;) {
      const at = this.#waiting.findIndex((inquiry) => this.#askedWith(inquiry) < MAX_UNDER_WAY);
      const [inquiry] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (!inquiry) return;
      this.#count(inquiry, 1);
      this.#inspect(inquiry).finally(() => {
        this.#count(inquiry, -1);
        this.#next();
      });
    }
  }

  /**
   * Alerts that do not wait, or not long enough for the engine, have at least that. A user's container
   * may go by the id of one of the machine's.
   */
  #glimpse({ container, engines }: Inquiry): void {
    if (container.userId !== undefined) return;
    for (const engine of engines) {
      const info = knowsOf(engine, container) ? engine.glimpse?.(container.fullId) : undefined;
      if (info) return this.#options.glimpsed({ ...container, ...info });
    }
  }

  #askedWith(inquiry: Inquiry): number {
    return this.#underWay.get(firstOf(inquiry)) ?? 0;
  }

  #count(inquiry: Inquiry, change: 1 | -1): void {
    this.#underWay.set(firstOf(inquiry), this.#askedWith(inquiry) + change);
  }

  /** Never rejects. */
  async #inspect(inquiry: Inquiry): Promise<void> {
    const { signal, found } = this.#options;
    const { container } = inquiry;
    inquiry.isStale = false;
    let isAnyoneThere = false;
    for (const engine of inquiry.engines) {
      if (signal.aborted) return;
      if (!await engine.isThere(container.userId ?? 0)) {
        if (inquiry.tries === 0) await this.#without(engine, container);
        continue;
      }
      isAnyoneThere = true;
      if (this.#isLeftAlone(engine, container)) continue;
      const info = await this.#askOne(engine, container);
      if (!info) continue;
      this.#isAnyoneThere = true;
      this.#ids.delete(container.id);
      found({ ...container, ...info, id: container.id, fullId: container.fullId, known: true });
      if (inquiry.isStale) this.#waiting.push(inquiry);
      else this.#inquiries.delete(container.id);
      return;
    }
    this.#isAnyoneThere = isAnyoneThere;
    this.#retry(inquiry);
  }

  /** Whose engine is not there: what is known all the same, and, once, what is not. */
  async #without(engine: ContainerEngine, container: Container): Promise<void> {
    const { signal, glimpsed, current, log } = this.#options;
    const { id, fullId, userId } = container;
    if (userId !== undefined && knowsOf(engine, container)) {
      const info = await engine.recall?.(fullId, userId);
      if (signal.aborted) return;
      if (info) glimpsed({ ...container, ...info });
    }
    const key = userId === undefined ? engine.name : `${engine.name} of users`;
    if (this.#missed.has(key) || !mayRun(engine, container)) return;
    const hint = engine.whenAbsent?.(current(id) ?? container);
    if (hint === undefined) return;
    this.#missed.add(key);
    log.warning(hint);
  }

  /** Later; or not, when nobody was there to ask. */
  #retry(inquiry: Inquiry): void {
    const { signal, givenUp } = this.#options;
    const { id } = inquiry.container;
    const waitMs = this.#isAnyoneThere ? RETRY_AFTER_MS[inquiry.tries++] : undefined;
    if (waitMs === undefined) {
      this.#inquiries.delete(id);
      this.#ids.delete(id);
      givenUp(id);
      return;
    }
    const woken = new Promise<void>((resolve) => inquiry.wake = resolve);
    Promise.race([pause(waitMs, signal), woken]).then(() => {
      inquiry.wake = () => {};
      this.#waiting.unshift(inquiry);
      this.#next();
    });
  }

  #isLeftAlone(engine: ContainerEngine, container: Container): boolean {
    const failedAt = this.#failing.get(keyOf(engine, container));
    if (failedAt === undefined || mayRun(engine, container)) return false;
    return performance.now() - failedAt < LEFT_ALONE_MS;
  }

  async #askOne(engine: ContainerEngine, container: Container) {
    const { fullId, userId } = container;
    const key = keyOf(engine, container);
    try {
      const info = await engine.inspect(fullId, this.#options.signal, userId);
      this.#failing.delete(key);
      return info;
    } catch (error) {
      if (this.#options.signal.aborted) return undefined;
      const isNews = !this.#failing.has(key);
      this.#failing.set(key, performance.now());
      if (!isNews) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.warning(`Container engine "${engine.name}" does not answer: ${reason}`);
      return undefined;
    }
  }
}

function firstOf({ engines: [first], container }: Inquiry): string {
  return keyOf(first!, container);
}

/** An engine that a user runs is another one. */
function keyOf({ name }: ContainerEngine, { userId }: Container): string {
  return userId === undefined ? name : `${name} of user ${userId}`;
}

function likelyFirst(
  engines: readonly ContainerEngine[],
  container: Container,
): readonly ContainerEngine[] {
  const [likely, others] = [true, false].map((is) =>
    engines.filter((engine) => mayRun(engine, container) === is)
  );
  return [...likely!, ...others!];
}

function mayRun({ runs }: ContainerEngine, { engine }: Container): boolean {
  return runs?.has(engine) ?? true;
}

/** Without being there. */
function knowsOf(engine: ContainerEngine, container: Container): boolean {
  return engine.notes?.has(container.engine) ?? mayRun(engine, container);
}

function mayBeRecalled(container: Container, engines: readonly ContainerEngine[]): boolean {
  return container.userId !== undefined &&
    engines.some((engine) => engine.recall && knowsOf(engine, container));
}
