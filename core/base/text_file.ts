/** Files that hold a short text: a certificate, a key. */
import { reasonOf } from "./reason.ts";

/** What is in it; throws an `Error` that says in a few words why it cannot be read, without its path. */
export function textOfFile(path: string, maxBytes: number): string {
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) throw new Error("it is no file");
    if (size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Error(whyNot(error), { cause: error });
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "falcod may not read it";
  return reasonOf(error);
}
