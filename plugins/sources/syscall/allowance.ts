/** So much of something until it is renewed. */
export class Allowance {
  readonly #amount: number;
  #left: number;

  constructor(amount: number) {
    this.#amount = amount;
    this.#left = amount;
  }

  /** False when nothing is left. */
  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  renew(): void {
    this.#left = this.#amount;
  }
}
