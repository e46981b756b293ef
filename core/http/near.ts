/** Which servers are on this machine. */

/** `hostname`: of a `URL`. By what is written: a name that only leads here is another machine's. */
export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
