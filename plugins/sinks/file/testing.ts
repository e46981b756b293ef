/** What tests of this folder share. */
export interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly path: string;
  lines(name?: string): Promise<string[]>;
}

export async function place(): Promise<Place> {
  const folder = await Deno.makeTempDir();
  return {
    folder,
    path: `${folder}/events.txt`,
    lines: async (name = "events.txt") => linesOf(await Deno.readTextFile(`${folder}/${name}`)),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

export const linesOf = (text: string) => text.split("\n").slice(0, -1);
