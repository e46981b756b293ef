/** `falcod complete`, which shells ask: what could stand at the end of a command line. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { escapeUnprintable } from "../../alert/mod.ts";
import { candidatesAt } from "../completion/candidates.ts";
import { positionOf } from "../completion/position.ts";
import { valueTable } from "../completion/values.ts";
import { EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";

/** Of what a word is about; a line of a terminal. */
const MAX_ABOUT = 100;

/** Never fails: somebody is typing, and has no use for messages. */
export async function completeCommand(
  words: readonly string[],
  program: CommandUnknownOpts,
  host: Host,
): Promise<number> {
  const silent: Host = { ...host, error: { write() {}, isTerminal: false } };
  const found = await candidatesAt(positionOf(program, words), valueTable(silent));
  const lines = [found.kind as string];
  for (const { word, about } of found.kind === "words" ? found.words : []) {
    // Names come out of rule files. A shell cannot type what is not printable, a terminal obeys it.
    if (escapeUnprintable(word) !== word) continue;
    lines.push(`${word}\t${escapeUnprintable(about).slice(0, MAX_ABOUT)}`);
  }
  host.out.write(`${lines.join("\n")}\n`);
  return EXIT_OK;
}
