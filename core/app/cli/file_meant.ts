/** Files named where a command is wanted: whoever does that wants falcod to read them. */
import { basename } from "node:path";

/** The lines to write, each with what it does; absent where the word is no file, and not called as one. */
export function commandsForFile(word: string): string | undefined {
  const isCapture = isCalledCapture(word);
  if (!isCapture && !/\.ya?ml$/i.test(word) && !isFile(word)) return undefined;
  const path = asArgument(word);
  if (isCapture) return lines([`falcod replay ${path}`, "plays this capture through the rules"]);
  if (basename(word) === "falco.yaml") {
    return lines(
      [`falcod run -c ${path}`, "watches with this configuration"],
      [`falcod validate ${path}`, "only checks it"],
    );
  }
  return lines(
    [`falcod run -r ${path}`, "watches with the rules of this file"],
    [`falcod validate ${path}`, "only checks it"],
  );
}

export function isCalledCapture(path: string): boolean {
  return /\.scap(\.gz)?$/i.test(path);
}

function lines(...commands: readonly (readonly [string, string])[]): string {
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`).join("\n");
}

/** As a shell takes it for one word, and falcod for no flag. */
export function asArgument(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", () => `'\\''`)}'`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
