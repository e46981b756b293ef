/** Looks that are taken again and again, all of one period together. */

interface Round {
  readonly looks: Set<{ readonly look: () => void }>;
  readonly timer: ReturnType<typeof setInterval>;
}

const rounds = new Map<number, Round>();

/**
 * Calls `look` about every so many milliseconds until it is disposed of, in one turn with all others of that
 * period: to wake an idle process takes longer than most looks do. A look must not throw.
 */
export function every(milliseconds: number, look: () => void): Disposable {
  let round = rounds.get(milliseconds);
  if (round === undefined) rounds.set(milliseconds, round = begin(milliseconds));
  const { looks, timer } = round;
  const own = { look };
  looks.add(own);
  return {
    [Symbol.dispose]() {
      if (!looks.delete(own) || looks.size > 0) return;
      clearInterval(timer);
      rounds.delete(milliseconds);
    },
  };
}

function begin(milliseconds: number): Round {
  const looks: Round["looks"] = new Set();
  const timer = setInterval(() => {
    // One that ends another one meanwhile ends it at once.
    for (const own of looks) own.look();
  }, milliseconds);
  return { looks, timer };
}
