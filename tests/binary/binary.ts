/** The binary that these tests are about: FALCOD_BINARY names it, and without they are left out. */

export const binary = Deno.env.get("FALCOD_BINARY") ?? "";

export const withBinary = { ignore: binary === "" };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export async function runBinary(
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env" | "clearEnv"> & { readonly path?: string } = {},
): Promise<Ran> {
  const { path = binary, ...others } = options;
  const { code, stdout, stderr } = await new Deno.Command(path, {
    args: [...args],
    stdin: "null",
    ...others,
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}
