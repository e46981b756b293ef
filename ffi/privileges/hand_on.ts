/** Programs that get some rights of a process that is not root. */
import { openLibc } from "../libc.ts";
import { CAPABILITIES } from "./capability.ts";

const PR_CAP_AMBIENT = 47;
const IS_SET = 1n, RAISE = 2n, LOWER = 3n;

/**
 * Calls `start`, which starts a program at once and on this thread; that program has what `Drop.handOn`
 * says, and no other has. As root it changes nothing: there, programs have what they may have.
 * capabilities(7): the ambient set is each thread's own.
 */
export function handingOn<Result>(start: () => Result): Result {
  const given = handOnMask();
  const { prctl } = openLibc();
  const ambient = (step: bigint, number: number) =>
    prctl(PR_CAP_AMBIENT, step, BigInt(number), 0n, 0n);
  const raised: number[] = [];
  try {
    for (let number = 0; number < CAPABILITIES.length; number++) {
      if (!((given >> BigInt(number)) & 1n) || ambient(IS_SET, number) !== 0) continue;
      if (ambient(RAISE, number) === 0) raised.push(number);
    }
    return start();
  } finally {
    for (const number of raised) ambient(LOWER, number);
  }
}

/** Nobody can give what he does not have himself, or has not said to be inherited. */
function handOnMask(): bigint {
  let status: string;
  try {
    status = Deno.readTextFileSync("/proc/thread-self/status");
  } catch {
    return 0n;
  }
  const read = (key: string) =>
    BigInt(`0x${new RegExp(`^${key}:\\s*(\\w+)`, "m").exec(status)?.[1] ?? "0"}`);
  return read("CapInh") & read("CapPrm");
}
