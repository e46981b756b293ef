/** Named pipes in place of capture files: opening one waits for its other end, and nothing ends that. */

/** Links of the kernel to what is open already: a shell's `<(…)` is such a pipe, with its other end there. */
export const OPEN_ALREADY = /^\/(?:dev\/(?:fd\/|std)|proc\/self\/fd\/)/;

/** Fails for a named pipe; whatever else is wrong with the path is left to who opens it. */
export async function refuseNamedPipe(path: string): Promise<void> {
  if (OPEN_ALREADY.test(path)) return;
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isFifo) throw new NamedPipe(path);
  if (found?.isSocket) throw new Error("it is a socket, no file");
}

/** A pipe that is not opened; the shell may do that, and ends when somebody wants it to. */
export class NamedPipe extends Error {
  constructor(readonly path: string) {
    super("it is a named pipe, and to open one may be to wait for ever");
  }

  /** `direction` is the shell's. */
  help(direction: "<" | ">"): string {
    const shown = /^[\w./-]+$/.test(this.path) ? this.path : "PIPE";
    return `have the shell open it: write "- ${direction}${shown}" in place of the name`;
  }
}
