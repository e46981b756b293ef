/** Modules with all they import, as one text. */
import { runTool } from "./tools.ts";

export type Format =
  /** For Deno to run. */
  | "esm"
  /** The inside of a function of `exports`, `require` and `module`. */
  | "cjs";

/** Neither paths of this machine nor times are in the result; names are shortened. */
export async function bundle(
  root: string,
  entry: string,
  { format, external }: { readonly format: Format; readonly external?: string },
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-bundle-" });
  try {
    const output = `${folder}/bundle.js`;
    const args = ["--frozen", `--config=${root}/deno.json`, "--platform=deno", "--minify"];
    await runTool(
      [Deno.execPath()],
      [
        ...["bundle", "--quiet", ...args],
        // it takes several values, so that another flag has to follow
        ...external ? ["--external", external] : [],
        ...["--format", format, "--output", output],
        entry,
      ],
      "deno",
    );
    return inAscii(await Deno.readTextFile(output));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The bundler has escaped what is not ASCII, but for regular expressions, where the same escapes do, and
 * for comments.
 */
function inAscii(code: string): string {
  return code.replace(
    // deno-lint-ignore no-control-regex
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The bundle of a program as load_program.ts runs it, strict as modules are. */
export function asFunction(code: string, ...parameters: readonly string[]): string {
  return `(function (${[
    "exports",
    "require",
    "module",
    ...parameters,
  ]}) {"use strict";\n${code}\n})`;
}
