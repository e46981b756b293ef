/** How a command ends. */

/** Takes the exit code; `core/app/exit.ts` has them. */
export type Done = (code: number) => void;
