/** So many insertions without a step: the place is given up. */
const FORGOTTEN_AFTER = 1024;

/**
 * Goes round a map and remembers where it was: a map that is asked anew passes over all that was deleted.
 *
 * A map's iterator keeps every table alive that the map has outgrown since its last step, with what was in
 * it: of a map whose entries come and go that is memory without end. So a hand that is not moved gives
 * up its place.
 */
export class MapHand<Key, Entry> {
  readonly #map: ReadonlyMap<Key, Entry>;
  #entries: Iterator<Entry> | undefined;
  #insertions = 0;

  constructor(map: ReadonlyMap<Key, Entry>) {
    this.#map = map;
  }

  /** The next entry, behind the last the first; absent when the map is empty. */
  next(): Entry | undefined {
    this.#insertions = 0;
    const step = this.#entries?.next();
    if (step && !step.done) return step.value;
    this.#entries = this.#map.values();
    return this.#entries.next().value;
  }

  /** To be called whenever something was put into the map. */
  inserted(): void {
    if (this.#entries === undefined || ++this.#insertions < FORGOTTEN_AFTER) return;
    this.#entries = undefined;
    this.#insertions = 0;
  }

  /** Whether a place is remembered. */
  get isPlaced(): boolean {
    return this.#entries !== undefined;
  }
}
