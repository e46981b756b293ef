/**
 * What images are called, asked for once where many containers of one start together: a podman that is
 * busy with them takes some tenths of a second for each answer.
 */
import type { ImageAnswer } from "./schema.ts";

/** Names come and go: not for long. */
const KEPT_MS = 5000;
const MAX_KEPT = 64;

type Answer = Promise<ImageAnswer | undefined>;

export class RecentImages {
  readonly #answers = new Map<string, { readonly answer: Answer; readonly askedAt: number }>();

  /** What is known, or is being asked for, or what `ask` finds out; that it fails is not kept. */
  get(key: string, ask: () => Answer): Answer {
    const known = this.#answers.get(key);
    if (known && performance.now() - known.askedAt < KEPT_MS) return known.answer;
    const entry = { answer: ask(), askedAt: performance.now() };
    this.#answers.delete(key);
    if (this.#answers.size >= MAX_KEPT) this.#answers.delete(this.#answers.keys().next().value!);
    this.#answers.set(key, entry);
    entry.answer.catch(() => {
      if (this.#answers.get(key) === entry) this.#answers.delete(key);
    });
    return entry.answer;
  }
}
