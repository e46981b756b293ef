/** Named pipes in place of capture files: opening one waits for its other end, and nothing ends that. */

/** Links of the kernel to what is open already: a shell's `<(…)` is such a pipe, with its other end there. */
export const OPEN_ALREADY = /^\/(?:dev\/(?:fd\/|std)|proc\/self\/fd\/)/;

/** Fails for a named pipe; whatever else is wrong with the path is left to who opens it. */
export async function refuseNamedPipe(path: string): Promise<void> {
  if (OPEN_ALREADY.test(path)) return;
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isFifo || found?.isSocket) throw new Error("it is a named pipe or a socket, no file");
}
