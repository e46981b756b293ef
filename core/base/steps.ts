/** Long work that stops again and again, so that others get a turn where there are others. */

/** Yields between two parts of the work. */
export type Steps<Result> = Generator<void, Result>;

/** In one go. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** While other things go on: `breathe` is asked between two parts, and waited for if it wants to. */
export async function runStepsAside<Result>(
  steps: Steps<Result>,
  breathe: () => Promise<void> | undefined,
): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const pause = breathe();
    if (pause) await pause;
  }
}
