/** Sockets in the file system, as people write them. */

const UNIX = "unix://";

/** `unix:///run/containerd/containerd.sock`, as Docker's and Kubernetes's own tools have it. */
export function isUnixAddress(text: string): boolean {
  return text.startsWith(UNIX);
}

/** The path, which may also stand alone. */
export function socketPath(text: string): string {
  return isUnixAddress(text) ? text.slice(UNIX.length) : text;
}
