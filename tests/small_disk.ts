/** A disk that is soon full, for one program: a tmpfs in a mount namespace of its own. */

/** Why there can be no small disk; absent: there can. */
export async function noSmallDisk(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "mounting takes root";
  const { success } = await new Deno.Command("unshare", {
    args: ["-m", "mount", "-t", "tmpfs", "none", "/mnt"],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return success ? undefined : "no tmpfs can be mounted in a namespace of its own";
}

/** What to run a program under that is to have such a disk at this folder, "64k" large. */
export function withSmallDisk(folder: string, size: string): readonly string[] {
  const mount = `mount -t tmpfs -o size=${size},mode=700 none "$0" && exec "$@"`;
  return ["unshare", "-m", "sh", "-c", mount, folder];
}
