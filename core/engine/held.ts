/** A place to wait for what container engines tell, bounded in number and time. */

/** Containers that engines are being asked about. */
export interface AwaitedContainers {
  /** Usually none. */
  readonly ids: ReadonlySet<string>;
  /** How long something waits for one of them at most; 0: nothing waits. */
  readonly waitMs: number;
  /** Something waits for this one. */
  hurry(id: string): void;
}

export interface HeldOptions<Item> {
  readonly awaited: AwaitedContainers;
  /** Gets each when its container is known, or its time is over. */
  readonly settle: (item: Item) => void;
}

/** What comes when so many wait is settled at once. */
export const MAX_HELD = 1024;

export class Held<Item extends { readonly containerId: string }> {
  readonly #options: HeldOptions<Item>;
  /** With when their time is over, the oldest first. */
  readonly #items = new Map<Item, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HeldOptions<Item>) {
    this.#options = options;
  }

  hold(item: Item): void {
    const { awaited, settle } = this.#options;
    if (this.#items.size >= MAX_HELD) return settle(item);
    this.#items.set(item, performance.now() + awaited.waitMs);
    this.#timer ??= setTimeout(() => this.#overdue(), awaited.waitMs);
    awaited.hurry(item.containerId);
  }

  /** There is no more to come: about this container, or at all. */
  release(containerId?: string): void {
    for (const item of this.#items.keys()) {
      if (containerId === undefined || item.containerId === containerId) this.#settle(item);
    }
  }

  #overdue(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [item, due] of this.#items) {
      if (due > now) {
        this.#timer = setTimeout(() => this.#overdue(), due - now);
        return;
      }
      this.#settle(item);
    }
  }

  #settle(item: Item): void {
    this.#items.delete(item);
    if (this.#items.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#options.settle(item);
  }
}
