/** Headers of requests, as endpoints see them. */

/** All that anything here asks for. */
const PASSED_ON = ["authorization", "content-encoding", "content-length", "content-type"] as const;

/**
 * Only those that endpoints look at: Deno 2.9.6 takes time by the square of their number for copying
 * `Headers`, 400 ms for the 1500 that fit into 16 KiB.
 */
export function headersPassedOn(
  get: (name: string) => string | null | undefined,
): [name: string, value: string][] {
  return PASSED_ON.flatMap((name) => {
    const value = get(name);
    return value === null || value === undefined ? [] : [[name, value]];
  });
}
